import type { APIGatewayProxyResult } from 'aws-lambda';
import type { Catalogue } from '../../lib/private/catalogue';
import { apiKeyOf, header, json, problem } from '../adapters/api-gateway';
import type { OpenCheckout } from '../adapters/stripe-checkout';
import { newCustomerId } from '../domain/api-key';
import { asOf, type Balance } from '../domain/balance';
import { isGenuine, parseCheckoutToken } from '../domain/checkout-link';
import { findOffer, type Offer, recommend } from '../domain/offer';
import { lineItemOf, type Purchase } from '../domain/purchase';
import { identify, unauthorized } from './identify';
import type { BillingDependencies, BillingRequest } from './request';

/** `POST checkout`: a checkout for a new customer, or, with a key, for the one that it belongs to. */
export async function startCheckout(
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const wanted = readWanted(request);
  const offer = wanted && findOffer(dependencies.catalogue, wanted);
  if (offer === undefined) {
    return notSold(dependencies.catalogue, request.requestId);
  }
  const caller = await identify(request, dependencies);
  if (caller === undefined && apiKeyOf(request.event) !== undefined) {
    return unauthorized(request.requestId);
  }
  if (caller === undefined && offer.kind === 'topUp') {
    const detail = 'A top-up is added to a balance: send the API key that it is for, or start on a plan.';
    return problem(401, 'Unauthorized', detail, request.requestId, { 'WWW-Authenticate': 'Bearer realm="api"' });
  }
  const conflict = caller && alreadyOn(caller.balance, offer);
  if (conflict !== undefined) {
    return problem(409, 'Conflict', conflict, request.requestId);
  }
  const customer = caller?.customer ?? newCustomerId();
  const opened = await open(customer, offer, request, dependencies);
  return json(201, opened, { Location: opened.url });
}

/** `GET checkout/{token}`: the link in a 402. It leads its holder to pay for one customer, and shows nothing of him. */
export async function followLink(
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const { store, catalogue, clock, checkout } = dependencies;
  const token = parseCheckoutToken(request.event.pathParameters?.token ?? '');
  const balance = token && (await store.balance(token.customer));
  if (token === undefined || balance === undefined || !isGenuine(token, balance.linkSecret)) {
    return problem(
      404,
      'Not Found',
      'This link leads nowhere. Call the API again and follow the new one.',
      request.requestId,
    );
  }
  if (clock() >= token.expiresAt) {
    return problem(410, 'Gone', 'This link has expired. Call the API again and follow the new one.', request.requestId);
  }
  const { plan, topUp } = request.event.queryStringParameters ?? {};
  const named = plan !== undefined || topUp !== undefined;
  if (!named) {
    const { subscription } = await store.account(token.customer);
    const invoice = subscription && (await checkout.openInvoiceUrl(subscription));
    if (invoice !== undefined) {
      return redirect(invoice);
    }
  }
  const offer = named ? findOffer(catalogue, { plan, topUp }) : recommend(catalogue, balance.plan);
  const conflict = offer && alreadyOn(asOf(balance, catalogue, clock()), offer);
  if (offer === undefined || conflict !== undefined) {
    const detail = conflict ?? 'What this link sells is sold no more. Call the API again and follow the new one.';
    return problem(409, 'Conflict', detail, request.requestId);
  }
  return redirect((await open(token.customer, offer, request, dependencies)).url);
}

async function open(
  customer: string,
  offer: Offer,
  { billingUrl }: BillingRequest,
  { store, checkout, catalogue, paywallId, checkoutOptions }: BillingDependencies,
): Promise<OpenCheckout> {
  const account = await store.account(customer);
  const isKnown = (await store.balance(customer)) !== undefined;
  const purchase: Purchase = {
    customer,
    paywall: paywallId,
    offer,
    // Checkout makes a customer at Stripe of whoever is new; of whoever is known here it would make a second one.
    stripeCustomer:
      account.stripeCustomer ?? (isKnown ? await checkout.createCustomer(customer, paywallId) : undefined),
    trialDays: offer.kind === 'plan' && !account.hasSubscribed ? offer.plan.trialDays : undefined,
    options: checkoutOptions,
  };
  return checkout.open(purchase, lineItemOf(catalogue, paywallId, offer), {
    // Stripe puts the id in place of the braces.
    success: `${billingUrl}/welcome?session_id={CHECKOUT_SESSION_ID}`,
    cancel: `${billingUrl}/plans`,
  });
}

/** Reads `{"plan": "pro"}` or `plan=pro`, as a form sends it. */
function readWanted({ event }: BillingRequest): { plan?: string; topUp?: string } | undefined {
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8').toString();
  if (header(event, 'content-type')?.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(body));
  }
  try {
    const wanted: unknown = JSON.parse(body);
    return typeof wanted === 'object' && wanted !== null ? wanted : undefined;
  } catch {
    return undefined;
  }
}

function notSold(catalogue: Catalogue, requestId: string): APIGatewayProxyResult {
  const plans = catalogue.plans.map((plan) => `{"plan":"${plan.id}"}`);
  const topUps = catalogue.topUps.map((topUp) => `{"topUp":"${topUp.id}"}`);
  const detail = `Name one thing that is sold, as JSON: ${[...plans, ...topUps].join(', ')}.`;
  return problem(400, 'Bad Request', detail, requestId);
}

function alreadyOn(balance: Balance, offer: Offer): string | undefined {
  if (offer.kind === 'topUp') {
    return undefined;
  }
  if (offer.plan.id === balance.plan && balance.standing === 'active') {
    return `This account is on plan ${offer.plan.id} already. Nothing was charged.`;
  }
  return offer.plan.price === undefined
    ? `Plan ${offer.plan.id} is free and needs no checkout: an account falls back to it when its subscription ends.`
    : undefined;
}

/** 303: whatever method led here, the next one is GET. */
function redirect(url: string): APIGatewayProxyResult {
  return { statusCode: 303, headers: { Location: url, 'Cache-Control': 'no-store' }, body: '' };
}
