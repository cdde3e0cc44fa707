import type Stripe from 'stripe';
import type { Context } from '../context';
import { totalOf } from '../objects/invoice';
import { charge, type Outcome, outcomeOf, paymentOf } from './collection';
import {
  customerOf,
  draftInvoice,
  finalizeInvoice,
  type InvoiceRequest,
  markUncollectible,
  priced,
  voidInvoice,
} from './invoicing';

export interface InvoicingOptions {
  /** `unattempted` leaves the payment to the customer. @default - what the card is good for */
  readonly outcome?: Outcome | 'unattempted';
  /** Called when the invoice can be paid, and has not been yet. */
  readonly finalized?: (invoice: Stripe.Invoice) => void;
}

/** Drafts, finalizes and charges an invoice, telling of each step. `request.subscription` is the changed one. */
export function invoiceNow(context: Context, request: InvoiceRequest, options: InvoicingOptions = {}): Stripe.Invoice {
  const before = context.find('subscription', request.subscription.id);
  const collection = collectionOf(request.subscription);
  const draft = { ...draftInvoice(context, request), auto_advance: collection !== 'keep_as_draft' };
  context.store.put('invoice', draft);
  context.update('subscription', before, { ...request.subscription, latest_invoice: draft.id });
  context.emit('invoice.created', draft);
  if (collection === 'keep_as_draft') {
    return draft;
  }
  const invoice = finalizeInvoice(context, draft);
  context.emit('invoice.finalized', invoice);
  options.finalized?.(invoice);
  if (collection === 'void') {
    return voidInvoice(context, invoice);
  }
  if (collection === 'mark_uncollectible') {
    return markUncollectible(context, invoice);
  }
  const { outcome = outcomeOf(context, request.subscription) } = options;
  return outcome === 'unattempted' && invoice.amount_due > 0
    ? leaveToCustomer(context, invoice, request.subscription.id)
    : charge(context, invoice, outcome === 'unattempted' ? 'paid' : outcome);
}

/** What lines come to for the customer, whose balance is taken into account. */
export function dueFor(
  context: Context,
  subscription: Stripe.Subscription,
  lines: readonly Stripe.InvoiceLineItem[],
): number {
  return totalOf(priced(context, subscription, lines)) + customerOf(context, subscription).balance;
}

/** What is to be done with an invoice: a subscription that is given up, or whose collection is paused, is not charged. */
function collectionOf({ status, pause_collection: pause }: Stripe.Subscription): string {
  return status === 'unpaid' ? 'keep_as_draft' : (pause?.behavior ?? 'charge');
}

function leaveToCustomer(context: Context, invoice: Stripe.Invoice, subscriptionId: string): Stripe.Invoice {
  paymentOf(context, invoice);
  const subscription = context.find('subscription', subscriptionId);
  if (subscription.status === 'active') {
    context.update('subscription', subscription, { ...subscription, status: 'past_due' });
  }
  return invoice;
}
