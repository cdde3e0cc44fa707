import type { APIGatewayProxyResult } from 'aws-lambda';
import { problem } from '../adapters/api-gateway';
import { callerOf } from '../adapters/caller';
import { asOf, type Balance } from '../domain/balance';
import { isAuthentic } from '../domain/charge';
import type { BillingDependencies, BillingRequest } from './request';

export interface IdentifiedCustomer {
  readonly customer: string;
  readonly balance: Balance;
}

/** The customer whose key the request carries; nothing where it carries none that is valid. It spends no quota. */
export async function identify(
  { event }: BillingRequest,
  dependencies: BillingDependencies,
): Promise<IdentifiedCustomer | undefined> {
  const { store, catalogue, clock } = dependencies;
  const caller = await callerOf(event, dependencies);
  const balance = caller && (await store.balance(caller.customer));
  if (caller === undefined || balance === undefined || !isAuthentic(balance, caller.credential, clock())) {
    return undefined;
  }
  return { customer: caller.customer, balance: asOf(balance, catalogue, clock()) };
}

/** 401, in the same words as the gateway's. */
export function unauthorized(requestId: string): APIGatewayProxyResult {
  const detail = 'Send a valid API key as x-api-key, or as Authorization: Bearer.';
  return problem(401, 'Unauthorized', detail, requestId, { 'WWW-Authenticate': 'Bearer realm="api"' });
}
