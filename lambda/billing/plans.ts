import type { APIGatewayProxyResult } from 'aws-lambda';
import { json, wantsHtml } from '../adapters/api-gateway';
import { offersOf } from '../customer/offers';
import { leadOn } from '../page/layout';
import { TEXTS } from '../page/texts';
import { brandOf } from './customer-page/brand';
import type { BillingDependencies, BillingRequest } from './request';

/**
 * `GET plans`: what is sold. It is the same for everybody, so it may be kept for a minute. A person is led to the page: here is where
 * Stripe leads back to.
 */
export async function listPlans(
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const { billingUrl } = request;
  const { catalogue, billing, page } = dependencies;
  if (page !== undefined && wantsHtml(request.event)) {
    return leadOn(new URL(billingUrl).pathname, brandOf(request, dependencies), TEXTS.leading.home);
  }
  const body = {
    ...offersOf(catalogue),
    checkout: { method: 'POST', url: `${billingUrl}/checkout`, body: [{ plan: 'id' }, { topUp: 'id' }] },
    ...(billing.signUp.kind === 'open' && { signUp: { method: 'POST', url: `${billingUrl}/sign-up` } }),
  };
  return json(200, body, { 'Cache-Control': 'public, max-age=60', Vary: 'Accept' });
}
