import type { ChangeRequest } from './operations';

/** What the tool and the function say to each other where a customer is deleted. */
export interface DeleteRequest extends ChangeRequest {
  /** One line of 1 to `MAX_REASON` characters. It is kept. */
  readonly reason?: string;
  /** Whether also a customer is deleted whose subscription goes on at Stripe. */
  readonly force: boolean;
}

export interface DeleteAnswer {
  readonly customer: string;
  /** `unchanged`: he had been deleted. */
  readonly outcome: 'deleted' | 'unchanged';
  /** ISO 8601. */
  readonly deletedAt: string;
  /** Who he still is at Stripe, `cus_…`; null where that is not known, or not any more. */
  readonly stripeCustomer: string | null;
  /** The subscription that goes on there, `sub_…`. */
  readonly subscription: string | null;
}
