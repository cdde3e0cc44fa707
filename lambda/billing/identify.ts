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

/** 401, in the same words as the gateway's. */
export function unauthorized(requestId: string): APIGatewayProxyResult {
  const detail = 'Send a valid API key as x-api-key, or as Authorization: Bearer.';
  return problem(401, 'Unauthorized', detail, requestId, { 'WWW-Authenticate': 'Bearer realm="api"' });
}
