import type { APIGatewayProxyResult } from 'aws-lambda';
import { json, problem, wantsHtml } from '../adapters/api-gateway';
import type { CheckoutOutcome } from '../adapters/stripe-checkout';
import { hashApiKey, newApiKey } from '../domain/api-key';
import { findPlan, openingBalance } from '../domain/balance';
import { page } from './page';
import type { BillingDependencies, BillingRequest } from './request';
import { type WelcomeView, welcomeBody } from './welcome-page';

/**
 * `GET welcome`: where Stripe sends a customer back to. A new customer's key is made here, shown once, and kept nowhere. It does
 * not wait for the event that credits the purchase, which may yet be on its way: whichever comes first makes the customer, and until
 * the other has come the answer says so.
 */
export async function welcome(
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const sessionId = request.event.queryStringParameters?.session_id ?? '';
  const outcome = /^cs_\w{1,200}$/.test(sessionId) ? await dependencies.checkout.outcome(sessionId) : undefined;
  if (outcome === undefined) {
    return problem(404, 'Not Found', 'There is no such checkout. Start one with POST checkout.', request.requestId);
  }
  if (!outcome.complete) {
    const detail = 'This checkout is not finished. Finish it, and come back.';
    return problem(409, 'Conflict', detail, request.requestId);
  }
  const view = {
    apiKey: await firstKey(outcome, dependencies),
    purchase: purchaseName(outcome, dependencies),
    progress: await progressOf(outcome, dependencies),
    usageUrl: `${request.billingUrl}/usage`,
  };
  return wantsHtml(request.event)
    ? page(200, 'Welcome', welcomeBody(view), refresh(view))
    : json(200, publicView(view));
}

async function progressOf(
  { customer, paid, bought }: CheckoutOutcome,
  { store }: BillingDependencies,
): Promise<WelcomeView['progress']> {
  if (!paid) {
    return 'awaiting_payment';
  }
  return bought === undefined || (await store.isCredited(customer, bought)) ? 'credited' : 'crediting';
}

/** The page looks again by itself, but for one with a key, which the next would not have. */
function refresh({ apiKey, progress }: WelcomeView): Record<string, string> {
  return apiKey === undefined && progress === 'crediting' ? { Refresh: String(REFRESH_SECONDS) } : {};
}

const REFRESH_SECONDS = 3;

const NOTES: Readonly<Record<WelcomeView['progress'], string>> = {
  credited: 'The payment counts for the key that you have.',
  crediting: 'Paid, and being credited: that takes some seconds, and usageUrl tells when it is done.',
  awaiting_payment: 'The payment is under way, and is credited when the bank has confirmed it.',
};

/** The customer's first key; nothing where there is one. */
async function firstKey(outcome: CheckoutOutcome, dependencies: BillingDependencies): Promise<string | undefined> {
  const { store, catalogue, clock, newLinkSecret } = dependencies;
  const { text, key } = newApiKey(outcome.livemode ? 'live' : 'test', outcome.customer);
  const plan = findPlan(catalogue, catalogue.defaultPlan);
  await store.create(outcome.customer, openingBalance(plan, clock(), newLinkSecret()));
  return (await store.addFirstKey(outcome.customer, key.keyId, hashApiKey(text))) ? text : undefined;
}

function purchaseName({ metadata }: CheckoutOutcome, { catalogue }: BillingDependencies): string {
  const plan = catalogue.plans.find(({ id }) => id === metadata.plan);
  const topUp = catalogue.topUps.find(({ id }) => id === metadata.topUp);
  return plan === undefined ? (topUp?.name ?? 'your purchase') : `plan ${plan.name}`;
}

function publicView({ apiKey, purchase, progress, usageUrl }: WelcomeView) {
  const keep = apiKey === undefined ? [] : ['Keep the key: it is shown this once.'];
  const note = [...keep, ...(apiKey === undefined || progress !== 'credited' ? [NOTES[progress]] : [])].join(' ');
  return { purchase, credited: progress === 'credited', apiKey: apiKey ?? null, note, usageUrl };
}
