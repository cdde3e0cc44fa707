import { charge, paymentsOf } from '../billing/invoicing';
import { refund } from '../billing/payments';
import type { Context } from '../context';
import { invalidRequest, parameterMissing } from '../errors';
import type { Params } from '../form';
import { subscriptionOf } from '../objects/invoice';
import type { Tables } from '../state';
import { type ApiRequest, listPage, matching, type Route } from './route';

const REFUND_REASONS = ['duplicate', 'fraudulent', 'requested_by_customer'] as const;

/** Invoices, and what pays them. */
export const paymentRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/invoices', handle: listInvoices },
  { method: 'GET', path: '/v1/invoices/:id', handle: ({ context, id }) => context.find('invoice', id) },
  { method: 'POST', path: '/v1/invoices/:id/pay', handle: payInvoice },
  { method: 'GET', path: '/v1/invoice_payments', handle: listInvoicePayments },
  listRoute('/v1/payment_intents', 'payment_intent', ['customer']),
  { method: 'GET', path: '/v1/payment_intents/:id', handle: ({ context, id }) => context.find('payment_intent', id) },
  { method: 'GET', path: '/v1/payment_methods/:id', handle: ({ context, id }) => context.find('payment_method', id) },
  listRoute('/v1/charges', 'charge', ['customer', 'payment_intent']),
  { method: 'GET', path: '/v1/charges/:id', handle: ({ context, id }) => context.find('charge', id) },
  { method: 'POST', path: '/v1/refunds', handle: createRefund },
  listRoute('/v1/refunds', 'refund', ['charge', 'payment_intent']),
  { method: 'GET', path: '/v1/refunds/:id', handle: ({ context, id }) => context.find('refund', id) },
];

function listRoute<T extends 'charge' | 'payment_intent' | 'refund'>(
  path: string,
  table: T,
  filters: (keyof Tables[T] & string)[],
): Route {
  return {
    method: 'GET',
    path,
    handle: (request) =>
      listPage(request, matching(request.params, request.context.store.all(table), filters), filters),
  };
}

function listInvoices(request: ApiRequest): object {
  const { context, params } = request;
  const subscription = params.string('subscription');
  const rows = matching(params, context.store.all('invoice'), ['customer', 'status']).filter(
    (invoice) => subscription === undefined || subscriptionOf(invoice) === subscription,
  );
  return listPage(request, rows, ['customer', 'status', 'subscription']);
}

/** Pays an open invoice, such as one that a renewal has left. */
function payInvoice({ context, id, params }: ApiRequest): object {
  params.only([], ['off_session']);
  const invoice = context.find('invoice', id);
  if (invoice.status !== 'open') {
    throw invalidRequest(`Only an open invoice can be paid, and this one is ${invoice.status}.`, {
      code: invoice.status === 'paid' ? 'invoice_already_paid' : 'invoice_not_editable',
    });
  }
  return charge(context, invoice, 'paid');
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

function createRefund({ context, params }: ApiRequest): object {
  params.only(['charge', 'payment_intent', 'amount', 'reason', 'metadata']);
  return refund(context, {
    charge: context.find('charge', chargeId(context, params), 'charge'),
    amount: params.integer('amount', 1),
    reason: params.oneOf('reason', REFUND_REASONS) ?? null,
    metadata: params.metadata(),
  });
}

function chargeId(context: Context, params: Params): string {
  const intentId = params.string('payment_intent');
  if (intentId === undefined) {
    const id = params.string('charge');
    if (id === undefined) {
      throw parameterMissing('payment_intent');
    }
    return id;
  }
  const intent = context.find('payment_intent', intentId, 'payment_intent');
  if (intent.status !== 'succeeded') {
    throw invalidRequest(`PaymentIntent ${intentId} has no successful charge to refund.`, { param: 'payment_intent' });
  }
  return String(intent.latest_charge);
}
