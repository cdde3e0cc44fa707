import type { APIGatewayProxyResult } from 'aws-lambda';
import { credentialsOf, problem } from '../adapters/api-gateway';
import { type IdentifiedCustomer, identifyBy } from '../customer/identify';
import type { BillingDependencies, BillingRequest } from './request';

/** The customer whose key or token the request carries; nothing where it carries none that is valid. */
export function identify(
  { event }: BillingRequest,
  dependencies: BillingDependencies,
): Promise<IdentifiedCustomer | undefined> {
  return identifyBy(credentialsOf(event), dependencies);
}

/**
 * 401, in the same words as the gateway's, or in those that are given. API Gateway renames the challenge of a function's answer to
 * `x-amzn-Remapped-WWW-Authenticate`, and only its own answers carry one under its name; so the body says all of it.
 */
export function unauthorized(
  { requestId }: BillingRequest,
  { billing: { unauthorized: accepted } }: BillingDependencies,
  reason?: string,
): APIGatewayProxyResult {
  const detail = reason === undefined ? accepted.detail : `${reason} ${accepted.detail}`;
  return problem(401, 'Unauthorized', detail, requestId, { 'WWW-Authenticate': accepted.challenge });
}
