import type Stripe from 'stripe';
import { charge, outcomeOf, requireCard } from '../billing/collection';
import { finalizeInvoice, markUncollectible, paymentsOf, voidInvoice } from '../billing/invoicing';
import { FailedAttempt, invalidRequest } from '../errors';
import { subscriptionOf } from '../objects/invoice';
import { type ApiRequest, listPage, listRoute, matching, type Route } from './route';

/** Invoices, and what pays them. */
export const paymentRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/invoices', handle: listInvoices },
  { method: 'GET', path: '/v1/invoices/:id', handle: ({ context, id }) => context.find('invoice', id) },
  { method: 'POST', path: '/v1/invoices/:id/finalize', handle: finalize },
  { method: 'POST', path: '/v1/invoices/:id/mark_uncollectible', handle: mark },
  { method: 'POST', path: '/v1/invoices/:id/pay', handle: payInvoice },
  { method: 'POST', path: '/v1/invoices/:id/void', handle: voidOpen },
  { method: 'GET', path: '/v1/invoice_payments', handle: listInvoicePayments },
  { method: 'GET', path: '/v1/invoice_payments/:id', handle: ({ context, id }) => context.find('invoice_payment', id) },
  listRoute('/v1/payment_intents', 'payment_intent', ['customer']),
  { method: 'GET', path: '/v1/payment_intents/:id', handle: ({ context, id }) => context.find('payment_intent', id) },
  { method: 'GET', path: '/v1/payment_methods/:id', handle: ({ context, id }) => context.find('payment_method', id) },
  listRoute('/v1/charges', 'charge', ['customer', 'payment_intent']),
  { method: 'GET', path: '/v1/charges/:id', handle: ({ context, id }) => context.find('charge', id) },
];

function listInvoices(request: ApiRequest): object {
  const { context, params } = request;
  const subscription = params.string('subscription');
  const rows = matching(params, context.store.all('invoice'), ['customer', 'status']).filter(
    (invoice) => subscription === undefined || subscriptionOf(invoice) === subscription,
  );
  return listPage(request, rows, ['customer', 'status', 'subscription']);
}

/** Pays an open invoice, such as one that a renewal has left; an attempt that fails is an attempt. */
function payInvoice({ context, id, params }: ApiRequest): object {
  params.only([], ['off_session']);
  const invoice = context.find('invoice', id);
  requireStatus(invoice, ['open', 'uncollectible']);
  const subscription = context.find('subscription', subscriptionOf(invoice) ?? '');
  requireCard(context, subscription);
  const charged = charge(context, invoice, outcomeOf(context, subscription));
  if (charged.status !== 'paid') {
    throw new FailedAttempt();
  }
  return charged;
}

/** Of a draft that a pause has left. */
function finalize({ context, id, params }: ApiRequest): object {
  params.only(['auto_advance']);
  const draft = context.find('invoice', id);
  requireStatus(draft, ['draft']);
  const finalized = finalizeInvoice(context, draft);
  context.emit('invoice.finalized', finalized);
  return finalized;
}

function voidOpen({ context, id, params }: ApiRequest): object {
  params.only();
  const invoice = context.find('invoice', id);
  requireStatus(invoice, ['open', 'uncollectible']);
  return voidInvoice(context, invoice);
}

function mark({ context, id, params }: ApiRequest): object {
  params.only();
  const invoice = context.find('invoice', id);
  requireStatus(invoice, ['open']);
  return markUncollectible(context, invoice);
}

function requireStatus({ status }: Stripe.Invoice, allowed: readonly Stripe.Invoice.Status[]): void {
  if (status === null || !allowed.includes(status)) {
    throw invalidRequest(`This goes with an invoice that is ${allowed.join(' or ')}, and this one is ${status}.`, {
      code: status === 'paid' ? 'invoice_already_paid' : 'invoice_not_editable',
    });
  }
}

/** How to get from a PaymentIntent to its invoice, and so to its subscription. */
function listInvoicePayments(request: ApiRequest): object {
  const { context, params } = request;
  const payment = params.child('payment')?.only(['type', 'payment_intent']);
  const intent = payment?.string('payment_intent');
  const invoice = params.string('invoice');
  const rows =
    invoice === undefined
      ? context.store.all('invoice_payment')
      : paymentsOf(context, context.find('invoice', invoice));
  const found = matching(params, rows, ['status']).filter(
    (row) => intent === undefined || row.payment.payment_intent === intent,
  );
  return listPage(request, found, ['invoice', 'payment', 'status']);
}
