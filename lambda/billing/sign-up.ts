import type { APIGatewayProxyResult } from 'aws-lambda';
import { json, problem } from '../adapters/api-gateway';
import { newCustomerId } from '../domain/api-key';
import { Audit } from '../domain/audit';
import { findPlan, openingBalance } from '../domain/balance';
import { createFirstKey } from '../domain/keys';
import { admitSignUp } from '../domain/sign-up-limit';
import { FIRST_KEY } from './first-key';
import type { BillingDependencies, BillingRequest } from './request';

/** `POST sign-up`: a customer on the default plan and a key, for anybody, so many an hour from one place. */
export async function signUp(
  { event, requestId, billingUrl }: BillingRequest,
  {
    store,
    keys,
    auditLog,
    signUps,
    checkout,
    catalogue,
    billing,
    clock,
    paywallId,
    newLinkSecret,
  }: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  if (billing.signUp.kind !== 'open' || signUps === undefined) {
    return problem(404, 'Not Found', 'There is no sign-up here. Start with POST checkout.', requestId);
  }
  const now = clock();
  // API Gateway's own: what stands in a header, the caller may have written there.
  const { sourceIp: address } = event.requestContext.identity;
  const place = { address, paywall: paywallId, perHour: billing.signUp.perHour };
  const admission = await admitSignUp(place, now, signUps);
  if (!admission.admitted) {
    const detail = `From one address at most ${place.perHour} can sign up an hour. Come back when the next hour begins.`;
    return problem(429, 'Too Many Requests', detail, requestId, { 'Retry-After': String(admission.retryAfter) });
  }
  const customer = newCustomerId();
  const plan = findPlan(catalogue, catalogue.defaultPlan);
  await store.create(customer, openingBalance(plan, now, newLinkSecret()));
  const audit = new Audit(auditLog, { who: 'sign-up', from: address }, clock);
  const made = await createFirstKey(customer, { mode: await checkout.mode(), name: FIRST_KEY }, now, { keys, audit });
  if (made === undefined) {
    throw new Error(`customer ${customer} is new, and has a key`);
  }
  return json(201, {
    customer,
    plan: plan.id,
    apiKey: made.text,
    note: 'Keep the key: it is shown this once.',
    usageUrl: `${billingUrl}/usage`,
  });
}
