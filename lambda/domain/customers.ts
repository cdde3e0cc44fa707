import type { Balance, OpeningBalance } from './balance';
import type { Clawback, Grant } from './ledger';
import type { QuotaPeriod } from './period';

/** What is known of a customer beside the balance. */
export interface Account {
  /** `cus_…` */
  readonly stripeCustomer?: string;
  /** The subscription that the customer's plan comes from, `sub_…`. */
  readonly subscription?: string;
  /** Whether there was ever a subscription. */
  readonly hasSubscribed: boolean;
}

/** Customers, as the billing routes know them. */
export interface CustomerStore {
  balance(customer: string): Promise<Balance | undefined>;
  account(customer: string): Promise<Account>;

  /** Makes the customer, unless there is one of that id. */
  create(customer: string, opening: OpeningBalance): Promise<void>;

  /** Gives the customer a first key; false where there was one already. */
  addFirstKey(customer: string, keyId: string, hash: Uint8Array): Promise<boolean>;

  /** Whether the balance has had a ledger entry. */
  isApplied(customer: string, entry: string): Promise<boolean>;
}

/** Customers whom a token names, and who were never seen before. */
export interface Newcomers {
  /** Makes the customer, unless there is one of that id. */
  open(customer: string, opening: OpeningBalance): Promise<void>;
}

/** What payments do to customers. Every method can be repeated: the second time it changes nothing. */
export interface PaymentStore {
  create(customer: string, opening: OpeningBalance): Promise<void>;

  /** Whether an event was processed to its end. */
  isSeen(eventId: string): Promise<boolean>;
  markSeen(eventId: string, type: string): Promise<void>;

  /** Writes an entry into the ledger, and does to the balance what it says; once, by its id. */
  post(customer: string, entry: Grant | Clawback): Promise<'applied' | 'duplicate'>;

  /**
   * Makes the subscription the one that the customer's plan comes from, unless a younger one is; tells those which it replaces and
   * which are yet to be cancelled.
   */
  adopt(customer: string, link: SubscriptionLink): Promise<{ readonly adopted: boolean; readonly replaced?: string }>;

  /** Forgets the replaced subscription, once it is cancelled. */
  forgetReplaced(customer: string, subscription: string): Promise<void>;

  /** Forgets the subscription; false where the customer's plan comes from another one. */
  release(customer: string, subscription: string): Promise<boolean>;

  /** Puts the customer on a plan with a full period, and into good standing, unless that plan is the present one. */
  changePlan(customer: string, change: PlanChange): Promise<void>;

  /**
   * Starts the subscription's period on the balance, unless that has been done: bought units stay, `units` are put beside them.
   *
   * Stripe's periods follow on each other, and the authorizer begins one that Stripe has not told of yet where the last one ended:
   * so two descriptions of one period agree in their beginning, whatever is known of its end. A period is new if it begins at or
   * after the end on the balance, or later than the balance's own beginning by more than `RENEWAL_TOLERANCE`, or half its length if
   * that is less (the clamp of a 31st to a shorter month makes up to three days). Any other is the present one or a past one: then
   * no unit is added, and the end on the balance moves forward to Stripe's where that is later, never back.
   */
  renew(customer: string, renewal: Renewal): Promise<void>;

  /** The plan that the customer is on. */
  planOf(customer: string): Promise<string | undefined>;

  /** Puts the customer from one plan on another in the middle of the period, with that many of the plan's own units more, or fewer. */
  switchPlan(customer: string, change: PlanSwitch): Promise<void>;

  /** Starts a time of grace, unless one is running; while the customer is suspended, what his suspension gives way to. */
  beginGrace(customer: string, endsAt: number): Promise<void>;

  /** Ends a time of grace; the customer is in good standing again, or will be when his suspension is over. */
  endGrace(customer: string): Promise<void>;

  /** Notes who the customer is at Stripe. */
  linkStripeCustomer(customer: string, stripeCustomer: string): Promise<void>;

  /** Our customer of a Stripe customer. */
  customerOf(stripeCustomer: string): Promise<string | undefined>;

  /** Forgets who the customer was at Stripe. */
  unlinkStripeCustomer(customer: string, stripeCustomer: string): Promise<void>;
}

export interface SubscriptionLink {
  readonly subscription: string;
  /** When it was made, by Stripe's clock. */
  readonly created: number;
}

export interface PlanChange {
  /** The business object behind the change, for the ledger. */
  readonly cause: string;
  readonly plan: string;
  readonly units: number;
  readonly period: QuotaPeriod;
}

export interface PlanSwitch {
  /** The business object behind the change, for the ledger. */
  readonly cause: string;
  readonly from: string;
  readonly plan: string;
  readonly units: number;
}

/** A period of a subscription to `plan`, as Stripe has it; nothing is done where the customer is on another plan. */
export type Renewal = PlanChange;

/** Seconds by which two beginnings of one billing period may differ. */
export const RENEWAL_TOLERANCE = 4 * 86_400;

/** The earliest beginning that a balance may have whose period is this one, or a later one. */
export function earliestBeginning({ start, end }: QuotaPeriod): number {
  return start - Math.min(RENEWAL_TOLERANCE, Math.floor((end - start) / 2));
}
