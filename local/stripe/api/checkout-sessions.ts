import type Stripe from 'stripe';
import { debitOf } from '../billing/bank-debits';
import { expireCheckout } from '../billing/checkout';
import { pricedItems, redemptionOf, withAmounts } from '../billing/session-amounts';
import type { Context } from '../context';
import { requireChargeable } from '../currency';
import { invalidRequest, parameterMissing } from '../errors';
import { newId } from '../ids';
import { newCheckoutSession } from '../objects/checkout-session';
import { newLineItem } from '../objects/line-item';
import { type BasketLine, commonCurrency, putBasket, readBasket } from './basket';
import { readBuyer, readCollection, readData, readDiscount, readExpiry, readMode, readTax } from './checkout-params';
import { type ApiRequest, listPage, matching, type Route } from './route';

const SERVED = [
  ...['mode', 'ui_mode', 'line_items', 'currency', 'success_url', 'cancel_url', 'expires_at', 'metadata'],
  ...['client_reference_id', 'customer', 'customer_email', 'customer_creation', 'payment_method_collection'],
  ...['payment_intent_data', 'subscription_data', 'allow_promotion_codes', 'discounts', 'automatic_tax'],
  ...['customer_update', 'tax_id_collection'],
];
/** Taken to no effect: they shape Stripe's page, or ask the buyer for what the stand-in has no use for. */
const ASIDES = [
  ...['adaptive_pricing', 'billing_address_collection', 'branding_settings', 'consent_collection', 'custom_text'],
  ...['integration_identifier', 'locale', 'name_collection', 'origin_context', 'payment_method_configuration'],
  ...['payment_method_options', 'phone_number_collection', 'submit_type', 'saved_payment_method_options'],
  'wallet_options',
];
const REFERENCE_LENGTH = 200;

export const checkoutSessionRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/checkout/sessions', handle: createSession },
  { method: 'GET', path: '/v1/checkout/sessions', handle: listSessions },
  {
    method: 'GET',
    path: '/v1/checkout/sessions/:id',
    handle: ({ context, id }) => context.find('checkout.session', id),
  },
  { method: 'GET', path: '/v1/checkout/sessions/:id/line_items', handle: listLineItems },
  { method: 'POST', path: '/v1/checkout/sessions/:id/expire', handle: expireSession },
];

function createSession({ context, params }: ApiRequest): object {
  params.only(SERVED, ASIDES);
  const mode = readMode(params);
  const successUrl = params.url('success_url');
  if (successUrl === undefined) {
    throw parameterMissing('success_url');
  }
  const basket = readBasket(context, params, mode);
  const currency = commonCurrency(basket, params);
  const data = readData(params, mode, context.now());
  const buyer = readBuyer(context, params, mode);
  const { taxed, taxIdCollection } = readTax(buyer.customer, params);
  const lineItems = basket.map(toLineItem);
  const full = { ...data, taxed, lineItems: pricedItems({ ...data, taxed, lineItems }) };
  const id = newId('cs_test_a1', 56);
  const debit = debitOf(currency);
  const session = newCheckoutSession({
    ...buyer,
    id,
    created: context.now(),
    url: checkoutUrl(context, id),
    mode,
    currency,
    successUrl,
    cancelUrl: params.url('cancel_url') ?? null,
    expiresAt: readExpiry(params, context.now()),
    paymentMethodCollection: readCollection(params, mode),
    paymentMethodTypes: debit === undefined ? ['card'] : ['card', debit],
    clientReferenceId: params.string('client_reference_id', REFERENCE_LENGTH) ?? null,
    allowPromotionCodes: params.boolean('allow_promotion_codes') ?? null,
    taxed,
    taxIdCollection,
    metadata: params.metadata(),
  });
  const discount = readDiscount(context, params, redemptionOf(withAmounts(session, full)));
  const order = { id, ...full, ...(discount && { discount }) };
  const priced = { ...order, lineItems: pricedItems(order) };
  const created = withAmounts(session, priced);
  requireChargeable(created.amount_total ?? 0, currency, 'line_items');
  // Nothing is kept before all of it is checked: a refused request leaves no products behind.
  putBasket(context, basket);
  context.store.put('checkout_order', priced);
  context.store.put('checkout.session', created);
  return created;
}

/** Where the buyer pays. */
export function checkoutUrl(context: Context, id: string): string {
  return `${context.baseUrl}/c/pay/${id}`;
}

function listSessions(request: ApiRequest): object {
  const filters = ['customer', 'payment_intent', 'subscription', 'status'] as const;
  return listPage(request, matching(request.params, request.context.store.all('checkout.session'), filters), filters);
}

/** In the order of the purchase, unlike the other lists. */
function listLineItems(request: ApiRequest): object {
  const { context, id } = request;
  context.find('checkout.session', id);
  return listPage(request, [...context.find('checkout_order', id).lineItems].reverse());
}

function expireSession({ context, id, params }: ApiRequest): object {
  params.only();
  const session = context.find('checkout.session', id);
  if (session.status !== 'open') {
    throw invalidRequest(`Only an open Checkout Session can be expired, and this one is ${session.status}.`);
  }
  return expireCheckout(context, session);
}

function toLineItem(line: BasketLine): Stripe.LineItem {
  return newLineItem({
    id: newId('li_'),
    price: line.price,
    quantity: line.quantity,
    description: line.name,
    metadata: line.metadata,
  });
}
