import type { APIGatewayProxyResult } from 'aws-lambda';
import { json, problem } from '../adapters/api-gateway';
import { identify, unauthorized } from './identify';
import type { BillingDependencies, BillingRequest } from './request';

/** `POST portal`: Stripe's own page for cards, invoices and cancelling, for the customer whose key is sent. */
export async function openPortal(
  request: BillingRequest,
  dependencies: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const caller = await identify(request, dependencies);
  if (caller === undefined) {
    return unauthorized(request, dependencies);
  }
  const { stripeCustomer } = await dependencies.store.account(caller.customer);
  if (stripeCustomer === undefined) {
    return problem(409, 'Conflict', 'This account has bought nothing yet: start with checkout.', request.requestId);
  }
  const url = await dependencies.checkout.openPortal(stripeCustomer, `${request.billingUrl}/plans`);
  return json(201, { url }, { Location: url });
}
