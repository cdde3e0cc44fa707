import type { APIGatewayProxyResult } from 'aws-lambda';
import { json } from '../adapters/api-gateway';
import { offersOf } from '../customer/offers';
import type { BillingDependencies, BillingRequest } from './request';

/** `GET plans`: what is sold. It is the same for everybody, so it may be kept for a minute. */
export async function listPlans(
  { billingUrl }: BillingRequest,
  { catalogue, billing }: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const body = {
    ...offersOf(catalogue),
    checkout: { method: 'POST', url: `${billingUrl}/checkout`, body: [{ plan: 'id' }, { topUp: 'id' }] },
    ...(billing.signUp.kind === 'open' && { signUp: { method: 'POST', url: `${billingUrl}/sign-up` } }),
  };
  return json(200, body, { 'Cache-Control': 'public, max-age=60' });
}
