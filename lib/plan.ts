import { type Duration, Token } from 'aws-cdk-lib';
import { Period, type QuotaSettings, type ThrottleSettings } from 'aws-cdk-lib/aws-apigateway';
import type { Price } from './price';
import type { PlanEntry } from './private/catalogue';
import { requireId, requireInteger, requireText } from './private/validation';
import type { Quota } from './quota';

/** Options of `Plan.free`. */
export interface PlanOptions {
  /** What the plan includes. */
  readonly quota: Quota;

  /**
   * How fast its customers may call: API Gateway answers what is faster with 429. It is counted a surrogate key, so that the
   * customers of one lane share it (see `lanes`).
   *
   * @default - the limits of the stage and the account
   */
  readonly throttle?: ThrottleSettings;

  /**
   * A coarse quota of API Gateway's own, a surrogate key, as a backstop far above the exact one. AWS applies it on a
   * best-effort basis.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
   * @default - none
   */
  readonly usagePlanQuota?: QuotaSettings;

  /**
   * How many surrogate API keys the plan gets. Each customer is in one of these lanes, and the customers of one lane share its
   * throttle. A Region holds 10,000 API keys.
   *
   * @default 4
   */
  readonly lanes?: number;

  /**
   * The name that the customer reads.
   *
   * @default - the id with an initial capital, "Pro"
   */
  readonly displayName?: string;
}

/** Options of `Plan.paid`. */
export interface PaidPlanOptions extends PlanOptions {
  /**
   * Whether each of its customers gets the plan's throttle for himself, by a surrogate key of his own that is made some two minutes
   * after he has come to the plan. Until then, and once a Region's 10,000 API keys are used up, he shares a lane.
   *
   * @default - true where the plan has a `throttle`
   */
  readonly ownThrottle?: boolean;

  /**
   * How long a new subscription is free for, in whole days between 1 and 730. Once for each customer; the card is asked for at the
   * start, and charged at the end.
   *
   * @default - no trial
   */
  readonly trial?: Duration;

  /** What it costs: `Price.monthly`, `Price.yearly`, or a recurring `Price.fromStripe`. */
  readonly price: Price;
}

/** What a customer is entitled to, and what that costs. */
export class Plan {
  /**
   * A plan without a price.
   *
   * @param id 1 to 32 lower-case letters, digits and hyphens; it stands in data and links, and stays the same for good
   */
  public static free(id: string, options: PlanOptions): Plan {
    const { period, units } = options.quota;
    if (period === 'billing') {
      throw new Error(
        `\`Plan "${id}": quota\` must have periods of its own, as a free plan has no subscription, got: Quota.perBillingPeriod(${units})`,
      );
    }
    return new Plan(id, options, undefined, false, undefined);
  }

  /**
   * A plan that is paid for by a subscription.
   *
   * @param id 1 to 32 lower-case letters, digits and hyphens; it stands in data and links, and stays the same for good
   */
  public static paid(id: string, options: PaidPlanOptions): Plan {
    const price = options.price._render();
    if (price.stripePrice === undefined && price.interval === undefined) {
      throw new Error(`\`Plan "${id}": price\` must recur, got a price paid once: use Price.monthly or Price.yearly`);
    }
    const ownThrottle = options.ownThrottle ?? options.throttle !== undefined;
    return new Plan(id, options, options.price, ownThrottle, trialDays(id, options.trial));
  }

  /** The id, which stands in data and links. */
  public readonly id: string;

  /** What the plan includes. */
  public readonly quota: Quota;

  /** What it costs; none for a free plan. */
  public readonly price?: Price;

  /** How fast its customers may call. */
  public readonly throttle?: ThrottleSettings;

  /** API Gateway's own coarse quota. */
  public readonly usagePlanQuota?: QuotaSettings;

  /** How many surrogate API keys it gets. */
  public readonly lanes: number;

  /** Whether each of its customers gets its throttle for himself. */
  public readonly ownThrottle: boolean;

  private readonly displayName: string;

  private constructor(
    id: string,
    options: PlanOptions,
    price: Price | undefined,
    ownThrottle: boolean,
    private readonly trialDays: number | undefined,
  ) {
    requireId('Plan: id', id);
    this.id = id;
    this.quota = options.quota;
    this.price = price;
    this.ownThrottle = ownThrottle;
    this.throttle = options.throttle;
    this.usagePlanQuota = options.usagePlanQuota;
    this.lanes = options.lanes ?? 4;
    this.displayName = options.displayName ?? id.charAt(0).toUpperCase() + id.slice(1);
    requireText(`Plan "${id}": displayName`, this.displayName, 100);
    requireInteger(`Plan "${id}": lanes`, this.lanes, 1, 100);
    requireThrottle(id, options.throttle);
    requireUsagePlanQuota(id, options.usagePlanQuota);
  }

  /**
   * As the handlers read it.
   *
   * @internal
   */
  public _render(): PlanEntry {
    return {
      id: this.id,
      name: this.displayName,
      quota: this.quota._render(),
      price: this.price?._render(),
      usagePlanQuota: this.usagePlanQuota !== undefined,
      trialDays: this.trialDays,
      lanes: this.lanes,
      ownThrottle: this.ownThrottle || undefined,
    };
  }
}

function trialDays(id: string, trial: Duration | undefined): number | undefined {
  const days = trial?.toDays({ integral: false });
  if (days !== undefined) {
    requireInteger(`Plan "${id}": trial (days)`, days, 1, 730);
  }
  return days;
}

function requireThrottle(id: string, throttle: ThrottleSettings | undefined): void {
  const { rateLimit, burstLimit } = throttle ?? {};
  if (rateLimit !== undefined && !Token.isUnresolved(rateLimit) && !(rateLimit > 0)) {
    throw new Error(`\`Plan "${id}": throttle.rateLimit\` must be above 0 calls a second, got: ${rateLimit}`);
  }
  if (burstLimit !== undefined) {
    requireInteger(`Plan "${id}": throttle.burstLimit`, burstLimit, 1, 2 ** 31 - 1);
  }
}

/** Template validation does not catch a misspelt period; the deployment would, late. */
function requireUsagePlanQuota(id: string, quota: QuotaSettings | undefined): void {
  if (quota === undefined) {
    return;
  }
  if (quota.limit === undefined || quota.period === undefined) {
    throw new Error(`\`Plan "${id}": usagePlanQuota\` must have a limit and a period, got: ${JSON.stringify(quota)}`);
  }
  requireInteger(`Plan "${id}": usagePlanQuota.limit`, quota.limit, 1, 2 ** 31 - 1);
  const periods = Object.values(Period);
  if (!Token.isUnresolved(quota.period) && !periods.includes(quota.period)) {
    const known = periods.join(', ');
    throw new Error(
      `\`Plan "${id}": usagePlanQuota.period\` must be one of ${known}, got: ${JSON.stringify(quota.period)}`,
    );
  }
}
