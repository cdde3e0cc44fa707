import type Stripe from 'stripe';
import { logError } from '../adapters/log';
import { CustomerDeletedError } from '../domain/customers';

/**
 * Carries out an event, unless it is about a customer who was deleted: he is not made anew by what Stripe sends late, and no delivery of
 * it would ever be of another mind. What was paid for him all the same, or is about to be, is for the operator to see to at Stripe.
 */
export async function unlessDeleted(event: Stripe.Event, carryOut: () => Promise<boolean>): Promise<boolean> {
  try {
    return await carryOut();
  } catch (error) {
    if (!(error instanceof CustomerDeletedError)) {
      throw error;
    }
    const { id, type, data } = event;
    const { id: object = '' } = data.object as { readonly id?: string };
    const { customer } = error;
    logError('an event is about a deleted customer: refund or cancel at Stripe', { id, type, object, customer }, error);
    return false;
  }
}
