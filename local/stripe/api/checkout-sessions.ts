import type Stripe from 'stripe';
import { expireCheckout } from '../billing/checkout';
import type { Context } from '../context';
import { requireChargeable } from '../currency';
import { invalidRequest, parameterMissing, parameterNotServed } from '../errors';
import type { Params } from '../form';
import { newId } from '../ids';
import { newCheckoutSession } from '../objects/checkout-session';
import { newLineItem } from '../objects/line-item';
import { type BasketLine, commonCurrency, putBasket, readBasket } from './basket';
import { type ApiRequest, listPage, matching, type Route } from './route';

const SERVED = [
  ...['mode', 'ui_mode', 'line_items', 'currency', 'success_url', 'cancel_url', 'expires_at', 'metadata'],
  ...['client_reference_id', 'customer', 'customer_email', 'customer_creation', 'payment_method_collection'],
  ...['payment_intent_data', 'subscription_data', 'allow_promotion_codes'],
];
/** Taken to no effect: they shape Stripe's page, or ask the buyer for what the stand-in has no use for. */
const ASIDES = [
  ...['adaptive_pricing', 'automatic_tax', 'billing_address_collection', 'branding_settings', 'consent_collection'],
  ...['custom_text', 'customer_update', 'integration_identifier', 'locale', 'name_collection', 'origin_context'],
  ...['payment_method_configuration', 'payment_method_options', 'phone_number_collection', 'submit_type'],
  ...['saved_payment_method_options', 'tax_id_collection', 'wallet_options'],
];
const HALF_AN_HOUR = 1_800;
const DAY = 86_400;
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
  const amount = basket.reduce((sum, line) => sum + line.amount, 0);
  requireChargeable(amount, currency, 'line_items');
  const data = readData(params, mode);
  const id = newId('cs_test_a1', 56);
  const session = newCheckoutSession({
    ...readBuyer(context, params, mode),
    id,
    created: context.now(),
    url: checkoutUrl(context, id),
    mode,
    currency,
    amount,
    successUrl,
    cancelUrl: params.url('cancel_url') ?? null,
    expiresAt: readExpiry(params, context.now()),
    paymentMethodCollection: readCollection(params, mode),
    clientReferenceId: params.string('client_reference_id', REFERENCE_LENGTH) ?? null,
    allowPromotionCodes: params.boolean('allow_promotion_codes') ?? null,
    metadata: params.metadata(),
  });
  // Nothing is kept before all of it is checked: a refused request leaves no products behind.
  const lineItems = putBasket(context, basket).map(toLineItem);
  context.store.put('checkout_order', { id, lineItems, ...data });
  context.store.put('checkout.session', session);
  return session;
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

function readMode(params: Params): 'payment' | 'subscription' {
  params.oneOf('ui_mode', ['hosted_page', 'embedded_page', 'elements', 'form']);
  if ((params.string('ui_mode') ?? 'hosted_page') !== 'hosted_page') {
    throw parameterNotServed('ui_mode (but hosted_page)');
  }
  const mode = params.oneOf('mode', ['payment', 'subscription', 'setup']);
  if (mode === undefined) {
    throw parameterMissing('mode');
  }
  if (mode === 'setup') {
    throw parameterNotServed('mode (but payment and subscription)');
  }
  return mode;
}

function readBuyer(context: Context, params: Params, mode: string) {
  const id = params.string('customer');
  const customerEmail = params.string('customer_email', 512) ?? null;
  const creation = params.oneOf('customer_creation', ['always', 'if_required']);
  if (id !== undefined && customerEmail !== null) {
    throw invalidRequest('A session takes customer or customer_email, not both.', { param: 'customer_email' });
  }
  if (creation !== undefined && (mode !== 'payment' || id !== undefined)) {
    throw invalidRequest('customer_creation goes with payment mode and without customer.', {
      param: 'customer_creation',
    });
  }
  return {
    customer: id === undefined ? null : context.find('customer', id, 'customer'),
    customerEmail,
    customerCreation: id === undefined ? (creation ?? (mode === 'payment' ? 'if_required' : 'always')) : null,
  };
}

function readCollection(params: Params, mode: string): 'always' | 'if_required' {
  const collection = params.oneOf('payment_method_collection', ['always', 'if_required']);
  if (collection !== undefined && mode !== 'subscription') {
    throw invalidRequest('payment_method_collection goes with subscription mode.', {
      param: 'payment_method_collection',
    });
  }
  return collection ?? (mode === 'subscription' ? 'always' : 'if_required');
}

/** `payment_intent_data` or `subscription_data`, whichever the mode has. */
function readData(params: Params, mode: 'payment' | 'subscription') {
  const [own, other] =
    mode === 'payment' ? ['payment_intent_data', 'subscription_data'] : ['subscription_data', 'payment_intent_data'];
  if (params.has(other)) {
    throw invalidRequest(`${other} does not go with ${mode} mode.`, { param: other });
  }
  const asides = mode === 'payment' ? ['receipt_email', 'setup_future_usage', 'statement_descriptor_suffix'] : [];
  const data = params.child(own)?.only(['description', 'metadata'], asides);
  return { description: data?.string('description') ?? null, metadata: data?.metadata() ?? {} };
}

function readExpiry(params: Params, now: number): number {
  const expiresAt = params.integer('expires_at') ?? now + DAY;
  if (expiresAt < now + HALF_AN_HOUR || expiresAt > now + DAY) {
    throw invalidRequest('expires_at must be between 30 minutes and 24 hours from now.', { param: 'expires_at' });
  }
  return expiresAt;
}

function toLineItem(line: BasketLine & { price: Stripe.Price }): Stripe.LineItem {
  return newLineItem({
    id: newId('li_'),
    price: line.price,
    quantity: line.quantity,
    description: line.name,
    metadata: line.metadata,
  });
}
