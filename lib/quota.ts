import type { Period } from './private/catalogue';
import { requireInteger } from './private/validation';

/**
 * How many units a plan includes, and when they come back.
 *
 * A call costs one unit unless `costs` says otherwise. The units of a period that is over do not carry over; those that were
 * bought as a top-up do, and are spent last.
 */
export class Quota {
  /**
   * Units a calendar day, which ends at midnight UTC.
   *
   * @param units between 0 and 10^12
   */
  public static perDay(units: number): Quota {
    return new Quota('perDay', units, 'day');
  }

  /**
   * Units a calendar week, which ends in the night to Monday, at midnight UTC.
   *
   * @param units between 0 and 10^12
   */
  public static perWeek(units: number): Quota {
    return new Quota('perWeek', units, 'week');
  }

  /**
   * Units a calendar month, which ends with its last day, at midnight UTC.
   *
   * @param units between 0 and 10^12
   */
  public static perMonth(units: number): Quota {
    return new Quota('perMonth', units, 'month');
  }

  /**
   * Units that are given once and never again: a trial, or 0 for a plan that lives on top-ups alone.
   *
   * @param units between 0 and 10^12
   */
  public static oneTime(units: number): Quota {
    return new Quota('oneTime', units, 'once');
  }

  /** Units a period. */
  public readonly units: number;

  /** `day`, `week`, `month`, or `once`. */
  public readonly period: string;

  private constructor(factory: string, units: number, period: Period) {
    requireInteger(`Quota.${factory}: units`, units, 0);
    this.units = units;
    this.period = period;
  }
}
