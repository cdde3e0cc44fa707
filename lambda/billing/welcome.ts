import type { APIGatewayProxyResult } from 'aws-lambda';
import { json, problem, wantsHtml } from '../adapters/api-gateway';
import type { CheckoutOutcome } from '../adapters/stripe-checkout';
import { findCheckout, progressOf } from '../customer/progress';
import { Audit } from '../domain/audit';
import { findPlan, openingBalance } from '../domain/balance';
import { isClaimed } from '../domain/checkout-claim';
import { createFirstKey } from '../domain/keys';
import { pageAnswer } from '../page/layout';
import { TEXTS } from '../page/texts';
import { type KeyView, type WelcomeView, welcomeBody } from '../page/welcome';
import { claimsOf } from './claims';
import { brandOf } from './customer-page/brand';
import { sessionCookie } from './customer-page/session';
import { FIRST_KEY } from './first-key';
import { isPrefetch } from './prefetch';
import type { BillingDependencies, BillingRequest } from './request';
import { noteOf } from './welcome-notes';

/**
 * `GET welcome`: where Stripe sends a customer back to. A new customer's key is made here, shown once, and kept nowhere: to whoever has
 * started the checkout, and to nobody else who has come by the address. It does not wait for the event that credits the purchase, which
 * may yet be on its way: whichever comes first makes the customer, and until the other has come the answer says so.
 */
export async function welcome(
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const sessionId = request.event.queryStringParameters?.session_id ?? '';
  const outcome = await findCheckout(sessionId, dependencies);
  if (outcome === undefined) {
    return problem(404, 'Not Found', 'There is no such checkout. Start one with POST checkout.', request.requestId);
  }
  if (!outcome.complete) {
    const detail = 'This checkout is not finished. Finish it, and come back.';
    return problem(409, 'Conflict', detail, request.requestId);
  }
  if (isPrefetch(request)) {
    // A browser throws away what it was refused in advance, and asks again when the page is wanted.
    return problem(503, 'Service Unavailable', 'This page is not made in advance. Open it.', request.requestId);
  }
  const view = {
    key: await keyFor(outcome, request, dependencies),
    purchase: purchaseName(outcome, dependencies),
    progress: await progressOf(outcome, dependencies),
    usageUrl: `${request.billingUrl}/usage`,
  };
  if (!wantsHtml(request.event)) {
    return json(200, publicView(view));
  }
  const brand = brandOf(request, dependencies);
  return pageAnswer({
    status: 200,
    title: TEXTS.welcome.title,
    body: welcomeBody({ ...view, home: brand.home }),
    brand,
    headers: refresh(view),
    cookies: await signIn(view, outcome.customer, request, dependencies),
    scripted: true,
  });
}

/** Who has just been given a key is signed in by it on the page. */
async function signIn(
  { key }: WelcomeView,
  customer: string,
  request: BillingRequest,
  { page, store, clock }: BillingDependencies,
): Promise<string[]> {
  const balance = key.kind === 'made' && page !== undefined ? await store.balance(customer) : undefined;
  return key.kind === 'made' && balance !== undefined
    ? [sessionCookie(key.apiKey, { customer, linkSecret: balance.linkSecret }, request, clock())]
    : [];
}

/** The page looks again by itself, but for one with a key, which the next would not have. */
function refresh({ key, progress }: WelcomeView): Record<string, string> {
  return key.kind !== 'made' && progress === 'crediting' ? { Refresh: String(REFRESH_SECONDS) } : {};
}

const REFRESH_SECONDS = 3;

/** What the caller is shown of the customer's first key. Who has no claim changes nothing. */
async function keyFor(
  { customer, metadata, livemode }: CheckoutOutcome,
  request: BillingRequest,
  { store, keys, auditLog, catalogue, billing, clock, newLinkSecret }: BillingDependencies,
): Promise<KeyView> {
  if (metadata.claim === undefined || billing.signUp.kind === 'byToken') {
    return { kind: 'known' };
  }
  if (!isClaimed(claimsOf(request), metadata.claim)) {
    return { kind: 'unclaimed' };
  }
  const now = clock();
  const plan = findPlan(catalogue, catalogue.defaultPlan);
  await store.create(customer, openingBalance(plan, now, newLinkSecret()));
  const balance = await store.balance(customer);
  if (Object.keys(balance?.keys ?? {}).length > 0) {
    return { kind: 'shown' };
  }
  const from = request.event.requestContext.identity.sourceIp;
  const audit = new Audit(auditLog, { who: 'checkout', from }, clock);
  const newKey = { mode: livemode ? ('live' as const) : ('test' as const), name: FIRST_KEY };
  const made = await createFirstKey(customer, newKey, now, { keys, audit });
  return made === undefined ? { kind: 'shown' } : { kind: 'made', apiKey: made.text };
}

function purchaseName({ metadata }: CheckoutOutcome, { catalogue }: BillingDependencies): string {
  const plan = catalogue.plans.find(({ id }) => id === metadata.plan);
  const topUp = catalogue.topUps.find(({ id }) => id === metadata.topUp);
  return plan === undefined ? (topUp?.name ?? 'your purchase') : `plan ${plan.name}`;
}

function publicView({ key, purchase, progress, usageUrl }: WelcomeView) {
  const apiKey = key.kind === 'made' ? key.apiKey : null;
  return { purchase, credited: progress === 'credited', apiKey, note: noteOf({ key, progress }), usageUrl };
}
