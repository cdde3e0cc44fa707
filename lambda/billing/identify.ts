import type { APIGatewayProxyResult } from 'aws-lambda';
import { credentialsOf, problem } from '../adapters/api-gateway';
import { type ApiKey, parseApiKey } from '../domain/api-key';
import { asOf, type Balance } from '../domain/balance';
import { isAuthentic } from '../domain/charge';
import { API_KEYS, type Caller, callerOf } from '../domain/identity';
import { isHeeded, newcomersBalance, withClaim } from '../domain/plan-claim';
import type { BillingDependencies, BillingRequest } from './request';

export interface IdentifiedCustomer {
  readonly customer: string;
  readonly balance: Balance;
  /** The key that was sent; absent where the customer was identified by something else. */
  readonly key?: ApiKey;
}

/**
 * The customer whose key or token the request carries, with the balance that his next call will find; nothing where it carries none that
 * is valid. Whoever a token names is a customer from here on. It spends no quota.
 */
export async function identify(
  { event }: BillingRequest,
  dependencies: BillingDependencies,
): Promise<IdentifiedCustomer | undefined> {
  const { catalogue, clock, identities = [API_KEYS] } = dependencies;
  const credentials = credentialsOf(event);
  const caller = await callerOf(identities, credentials);
  const stored = caller && (await balanceOf(caller, dependencies));
  const now = clock();
  if (caller === undefined || stored === undefined || !isAuthentic(stored, caller.credential, now)) {
    return undefined;
  }
  const { customer, claim } = caller;
  const balance = asOf(stored, catalogue, now);
  const isClaimed = claim !== undefined && !isHeeded(balance, claim);
  return {
    customer,
    balance: isClaimed ? withClaim(balance, claim, catalogue, now) : balance,
    key: caller.credential === 'token' ? undefined : parseApiKey(credentials.apiKey ?? ''),
  };
}

async function balanceOf(
  { customer, credential, claim }: Caller,
  { store, catalogue, clock, newLinkSecret }: BillingDependencies,
): Promise<Balance | undefined> {
  const balance = await store.balance(customer);
  if (balance !== undefined || credential !== 'token') {
    return balance;
  }
  await store.create(customer, newcomersBalance(catalogue, claim, clock(), newLinkSecret()));
  return store.balance(customer);
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
