import type { Balance, OpeningBalance } from './balance';
import type { EpochSeconds } from './clock';
import type { Entitlement } from './entitlement';
import type { AsideUnits, Clawback, Grant, PlanStep, Renewal } from './ledger';

/** What is known of a customer beside the balance. */
export interface Account {
  /** `cus_…` */
  readonly stripeCustomer?: string;
  /** The subscription that the customer's plan comes from, `sub_…`. */
  readonly subscription?: string;
  /** Whether there was ever a subscription. */
  readonly hasSubscribed: boolean;
}

/** The customer was deleted, and nothing makes him anew. */
export class CustomerDeletedError extends Error {
  override readonly name = 'CustomerDeletedError';

  constructor(public readonly customer: string) {
    super(`customer ${customer} was deleted`);
  }
}

/** Customers, as the billing routes know them. */
export interface CustomerStore {
  balance(customer: string): Promise<Balance | undefined>;
  account(customer: string): Promise<Account>;

  /** Makes the customer, unless there is one of that id. @throws CustomerDeletedError */
  create(customer: string, opening: OpeningBalance): Promise<void>;

  /** Whether the balance has what was bought. */
  isCredited(customer: string, bought: Bought): Promise<boolean>;
}

/** What a paid checkout has brought: the ledger's entry of a top-up, or a subscription that is no older than a moment. */
export type Bought = { readonly entry: string } | { readonly subscribedSince: EpochSeconds };

/** Customers whom a token names, and who were never seen before. */
export interface Newcomers {
  /** Makes the customer, unless there is one of that id. */
  open(customer: string, opening: OpeningBalance): Promise<void>;
}

/** What a token does to its customer beside spending. */
export interface TokenCustomers extends Newcomers {
  /** Puts a balance that another plan has been worked into in place of the one that was read; nothing where that has changed since. */
  replace(customer: string, read: Balance, next: Balance): Promise<void>;
}

/** What payments do to customers. Every method can be repeated: the second time it changes nothing. */
export interface PaymentStore {
  /** @throws CustomerDeletedError */
  create(customer: string, opening: OpeningBalance): Promise<void>;

  /** Whether an event was processed to its end. */
  isSeen(eventId: string): Promise<boolean>;
  /** Whether this was the first to do so. */
  markSeen(eventId: string, type: string): Promise<boolean>;

  /**
   * Writes an entry into the ledger, and does to the balance what it says; once, by its id. Who is no customer yet is made one by
   * `opening`, where it is given, and is an error where it is not. Who was deleted gets an entry that is void.
   *
   * @param stripeCustomer who he is at Stripe: he is linked before the entry counts
   * @throws CustomerDeletedError
   */
  post(
    customer: string,
    entry: Grant | Clawback | PlanStep,
    opening?: OpeningBalance,
    stripeCustomer?: string,
  ): Promise<'applied' | 'duplicate'>;

  entitlement(customer: string): Promise<Entitlement>;

  /** Puts `next` in place of `present`; false where another has taken its place, which then stays. */
  entitle(customer: string, present: Entitlement, next: Entitlement): Promise<boolean>;

  /** Forgets a replaced subscription, once it is cancelled. */
  forgetReplaced(customer: string, subscription: string): Promise<void>;

  /** How far the balance has come to what its customer is entitled to; nothing where there is none. */
  progress(customer: string): Promise<Progress | undefined>;

  /** Sees to it that an entry which the balance has had is known to be done. */
  confirm(customer: string, entry: string): Promise<void>;

  /** Brings the balance to the standing of a revision, unless it has come to that or to a later one. */
  settleStanding(customer: string, standing: RevisedStanding): Promise<void>;

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

  /** Notes who the customer is at Stripe, unless he has been deleted there. */
  linkStripeCustomer(customer: string, stripeCustomer: string): Promise<void>;

  /** Forgets for good who somebody was at Stripe; false where he is no customer of ours. */
  unlinkStripeCustomer(stripeCustomer: string): Promise<boolean>;
}

export interface Progress {
  readonly plan: string;
  readonly revision: number;
  /** The entry of the ledger that the balance had last. */
  readonly lastEntry?: string;
  /** By plan. */
  readonly aside: ReadonlyMap<string, AsideUnits>;
}

export interface RevisedStanding {
  readonly revision: number;
  /** Until when he is served who owes a payment; absent where he is in good standing. */
  readonly graceEndsAt?: EpochSeconds;
  /** Whether the revision brings a change of plan too, which is to follow: the balance has not come to it before that. */
  readonly hasStep: boolean;
}
