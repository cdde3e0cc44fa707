import type Stripe from 'stripe';
import type { Clock } from './clock';
import { resourceMissing } from './errors';
import { newId } from './ids';
import { type EventObject, newEvent, previousAttributes } from './objects/event';
import type { Table, Tables } from './state';
import type { Store } from './store';

/** What is the same for every request: the one account that the stand-in serves. */
export interface Account {
  readonly store: Store;
  /** Where the pages are, `http://127.0.0.1:4242`. */
  readonly baseUrl: string;
  readonly clock: Clock;
  /** To those endpoints; by default, to all that want such events. */
  readonly deliver: (event: Stripe.EventBase, to?: string[]) => void;
}

/** What has no API request behind it: the buyer's page, the passing of time. */
const NO_REQUEST: Stripe.Event.Request = { id: null, idempotency_key: null };

/** An account, and the request on whose behalf it is changed: events name it. */
export class Context {
  readonly store: Store;
  readonly baseUrl: string;

  constructor(
    private readonly account: Account,
    private readonly request: Stripe.Event.Request = NO_REQUEST,
  ) {
    this.store = account.store;
    this.baseUrl = account.baseUrl;
  }

  /** Seconds since the epoch, as all of Stripe's times. */
  now(): number {
    return Math.floor(this.account.clock.now() / 1_000);
  }

  /** The row that must be there; `param` is the parameter that named it, none when the path did. */
  find<T extends Table>(table: T, id: string, param?: string): Tables[T] {
    const row = this.store.get(table, id);
    if (row === undefined) {
      throw resourceMissing(table, id, param);
    }
    return row;
  }

  emit<T extends Stripe.Event.Type>(type: T, object: EventObject<T>): void {
    this.record(type, object);
  }

  /** Puts a changed row and tells of it; the same row again is no news. */
  update<T extends keyof typeof UPDATED>(table: T, before: Tables[T], after: Tables[T]): void {
    const previous = previousAttributes(before, after);
    if (Object.keys(previous).length > 0) {
      this.store.put(table, after);
      for (const type of UPDATED[table]) {
        this.record(type, after, previous);
      }
    }
  }

  private record(
    type: Stripe.Event.Type,
    object: Stripe.Event.Data.Object,
    previous?: Stripe.Event.Data.PreviousAttributes,
  ): void {
    const event = newEvent({ id: newId('evt_'), created: this.now(), type, object, previous, request: this.request });
    this.store.put('event', event);
    this.account.deliver(event);
  }
}

/** The events that tell of a change. */
const UPDATED = {
  coupon: ['coupon.updated'],
  customer: ['customer.updated'],
  dispute: ['charge.dispute.updated'],
  invoice: ['invoice.updated'],
  price: ['price.updated'],
  product: ['product.updated'],
  promotion_code: ['promotion_code.updated'],
  refund: ['refund.updated', 'charge.refund.updated'],
  subscription: ['customer.subscription.updated'],
} as const satisfies Partial<Record<Table, readonly Stripe.Event.Type[]>>;
