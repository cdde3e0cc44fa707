import { charge, paymentsOf } from '../billing/invoicing';
import { invalidRequest } from '../errors';
import { subscriptionOf } from '../objects/invoice';
import { type ApiRequest, listPage, listRoute, matching, type Route } from './route';

/** Invoices, and what pays them. */
export const paymentRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/invoices', handle: listInvoices },
  { method: 'GET', path: '/v1/invoices/:id', handle: ({ context, id }) => context.find('invoice', id) },
  { method: 'POST', path: '/v1/invoices/:id/pay', handle: payInvoice },
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
