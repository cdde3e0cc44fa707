import type { APIGatewayProxyResult } from 'aws-lambda';
import { apiKeyOf, problem } from '../adapters/api-gateway';
import { type ApiKey, hashApiKey, parseApiKey } from '../domain/api-key';
import { asOf, type Balance } from '../domain/balance';
import { isAuthentic } from '../domain/charge';
import type { BillingDependencies, BillingRequest } from './request';

export interface IdentifiedCustomer {
  readonly customer: string;
  readonly balance: Balance;
  /** The key that was sent; absent where the customer was identified by something else. */
  readonly key?: ApiKey;
}

/** The customer whose key the request carries; nothing where it carries none that is valid. It spends no quota. */
export async function identify(
  { event }: BillingRequest,
  { store, catalogue, clock }: BillingDependencies,
): Promise<IdentifiedCustomer | undefined> {
  const text = apiKeyOf(event);
  const key = text === undefined ? undefined : parseApiKey(text);
  if (text === undefined || key === undefined) {
    return undefined;
  }
  const balance = await store.balance(key.customer);
  const credential = { keyId: key.keyId, keyHash: hashApiKey(text) };
  if (balance === undefined || !isAuthentic(balance, credential, clock())) {
    return undefined;
  }
  return { customer: key.customer, balance: asOf(balance, catalogue, clock()), key };
}

/** 401, in the same words as the gateway's. */
export function unauthorized(requestId: string): APIGatewayProxyResult {
  const detail = 'Send a valid API key as x-api-key, or as Authorization: Bearer.';
  return problem(401, 'Unauthorized', detail, requestId, { 'WWW-Authenticate': 'Bearer realm="api"' });
}
