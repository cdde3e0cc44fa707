import type { PaymentRefusal, PlaceOrder } from './agent-payment';
import type { Clock, EpochSeconds } from './clock';

/** Attempts of a customer's that Stripe or a bank has refused, before he has to wait. */
export const MAX_REFUSALS = 5;

/** Seconds for which they count. */
export const REFUSAL_WINDOW = 60;

/** Customers that are remembered; the one whose first attempt is the oldest is forgotten first. */
const MAX_CUSTOMERS = 10_000;

/** The payer's own doing. */
const COUNTED: ReadonlySet<PaymentRefusal> = new Set([
  'declined',
  'action_required',
  'token_refused',
  'challenge_used',
]);

/**
 * Places orders, but for customers whose payments keep being refused: so nobody tries out tokens at the operator's expense, or uses up
 * the requests that Stripe takes from him. It counts by execution environment.
 */
export function limitingRefusals(place: PlaceOrder, clock: Clock): PlaceOrder {
  const refusals = new Map<string, { readonly since: EpochSeconds; count: number }>();
  return async (order) => {
    const { customer } = order;
    const now = clock();
    const known = refusals.get(customer);
    const counted = known !== undefined && now - known.since < REFUSAL_WINDOW ? known : undefined;
    if (counted !== undefined && counted.count >= MAX_REFUSALS) {
      return { outcome: 'too_many' };
    }
    const answer = await place(order);
    if (answer.outcome !== 'paid' && COUNTED.has(answer.outcome)) {
      refusals.delete(customer);
      refusals.set(customer, { since: counted?.since ?? now, count: (counted?.count ?? 0) + 1 });
      const [oldest] = refusals.size > MAX_CUSTOMERS ? refusals.keys() : [];
      if (oldest !== undefined) {
        refusals.delete(oldest);
      }
    }
    return answer;
  };
}
