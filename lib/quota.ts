import type { Period, QuotaEntry } from './private/catalogue';
import { requireInteger, requireTimeZone } from './private/validation';

/** Options of a quota whose periods are the calendar's. */
export interface CalendarQuotaOptions {
  /**
   * The IANA time zone whose midnight ends a period, `Europe/Berlin`. A day on which clocks are changed has 23 or 25 hours; one
   * that has no midnight begins with its first moment.
   *
   * @default 'Etc/UTC'
   */
  readonly timeZone?: string;
}

/**
 * How many units a plan includes, and when they come back.
 *
 * A call costs one unit unless `costs` says otherwise. The units of a period that is over do not carry over; those that were
 * bought as a top-up do, and are spent last. A quota that is changed is in force for a customer from his next period.
 */
export class Quota {
  /**
   * Units a calendar day, which ends at midnight.
   *
   * @param units between 0 and 10^12
   * @param options the time zone
   */
  public static perDay(units: number, options: CalendarQuotaOptions = {}): Quota {
    return Quota.calendar('perDay', units, 'day', options);
  }

  /**
   * Units a calendar week, which ends in the night to Monday, at midnight.
   *
   * @param units between 0 and 10^12
   * @param options the time zone
   */
  public static perWeek(units: number, options: CalendarQuotaOptions = {}): Quota {
    return Quota.calendar('perWeek', units, 'week', options);
  }

  /**
   * Units a calendar month, which ends with its last day, at midnight.
   *
   * @param units between 0 and 10^12
   * @param options the time zone
   */
  public static perMonth(units: number, options: CalendarQuotaOptions = {}): Quota {
    return Quota.calendar('perMonth', units, 'month', options);
  }

  /**
   * Units a billing period of the customer's own subscription, from one renewal to the next. For paid plans only.
   *
   * A renewal whose webhook is late does not interrupt the customer: the next period then begins where the last one ended, and is
   * as long as the price says (a month with `Price.fromStripe`) until Stripe tells its end. A customer who is put on the plan
   * without a subscription, as on a paid `defaultPlan`, has such periods from that moment on.
   *
   * @param units between 0 and 10^12
   */
  public static perBillingPeriod(units: number): Quota {
    return Quota.limited('perBillingPeriod', units, { period: 'billing' });
  }

  /**
   * Units that are given once and never again: a trial, or 0 for a plan that lives on top-ups alone.
   *
   * @param units between 0 and 10^12
   */
  public static oneTime(units: number): Quota {
    return Quota.limited('oneTime', units, { period: 'once' });
  }

  /**
   * No limit: calls are authenticated and throttled, and never refused for want of units. Units that were bought stay as they are
   * while a customer is on such a plan.
   */
  public static unlimited(): Quota {
    return new Quota({ period: 'unlimited' });
  }

  private static calendar(factory: string, units: number, period: Period, { timeZone }: CalendarQuotaOptions): Quota {
    if (timeZone !== undefined) {
      requireTimeZone(`Quota.${factory}: timeZone`, timeZone);
    }
    return Quota.limited(factory, units, { period, ...(timeZone !== undefined && { timeZone }) });
  }

  private static limited(factory: string, units: number, entry: QuotaEntry): Quota {
    requireInteger(`Quota.${factory}: units`, units, 0);
    return new Quota({ units, ...entry });
  }

  /** Units a period; none where there is no limit. */
  public readonly units?: number;

  /** `day`, `week`, `month`, `billing`, `once`, or `unlimited`. */
  public readonly period: string;

  /** The time zone of a calendar period, where it is not UTC by default. */
  public readonly timeZone?: string;

  private constructor(private readonly entry: QuotaEntry) {
    this.units = entry.units;
    this.period = entry.period;
    this.timeZone = entry.timeZone;
  }

  /**
   * As the handlers read it.
   *
   * @internal
   */
  public _render(): QuotaEntry {
    return this.entry;
  }
}
