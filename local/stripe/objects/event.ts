import Stripe from 'stripe';

/** For how long Stripe lists events. */
export const EVENT_DAYS = 30;

/** What `data.object` is for an event of this type. */
export type EventObject<T extends Stripe.Event.Type> = Extract<Stripe.Event, { type: T }>['data']['object'];

export interface EventDetails {
  readonly id: string;
  readonly created: number;
  readonly type: Stripe.Event.Type;
  readonly object: Stripe.Event.Data.Object;
  /** The changed members as they were; only `….updated` events have them. */
  readonly previous?: Stripe.Event.Data.PreviousAttributes;
  readonly request: Stripe.Event.Request;
}

export function newEvent(details: EventDetails): Stripe.EventBase {
  return {
    id: details.id,
    object: 'event',
    api_version: Stripe.API_VERSION,
    created: details.created,
    data: {
      object: details.object,
      ...(details.previous === undefined ? {} : { previous_attributes: details.previous }),
    },
    livemode: false,
    // Told from the deliveries whenever the event is shown.
    pending_webhooks: 0,
    request: details.request,
    type: details.type,
  };
}

/** The members of `before` that `after` has changed, as an update event tells them. */
export function previousAttributes<T extends object>(before: T, after: T): Partial<T> {
  const changed: Partial<T> = {};
  for (const name of Object.keys({ ...before, ...after }) as (keyof T)[]) {
    if (JSON.stringify(before[name]) !== JSON.stringify(after[name])) {
      // A member that was not there yet was null, in an event at least.
      changed[name] = before[name] ?? (null as T[keyof T]);
    }
  }
  return changed;
}
