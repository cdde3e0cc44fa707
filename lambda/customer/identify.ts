import { type ApiKey, parseApiKey } from '../domain/api-key';
import { asOf, type Balance } from '../domain/balance';
import { isAuthentic } from '../domain/charge';
import { API_KEYS, type Caller, type Credentials, callerOf } from '../domain/identity';
import { isHeeded, newcomersBalance, withClaim } from '../domain/plan-claim';
import type { CustomerDependencies } from './dependencies';

export interface IdentifiedCustomer {
  readonly customer: string;
  readonly balance: Balance;
  /** The key that was sent; absent where the customer was identified by something else. */
  readonly key?: ApiKey;
}

type Dependencies = Pick<CustomerDependencies, 'store' | 'catalogue' | 'clock' | 'identities' | 'newLinkSecret'>;

/**
 * The customer whose key or token the credentials are, with the balance that his next call will find; nothing where none of them is
 * valid. Whoever a token names is a customer from here on. It spends no quota.
 */
export async function identifyBy(
  credentials: Credentials,
  dependencies: Dependencies,
): Promise<IdentifiedCustomer | undefined> {
  const { catalogue, clock, identities = [API_KEYS] } = dependencies;
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
  { store, catalogue, clock, newLinkSecret }: Dependencies,
): Promise<Balance | undefined> {
  const balance = await store.balance(customer);
  if (balance !== undefined || credential !== 'token') {
    return balance;
  }
  await store.create(customer, newcomersBalance(catalogue, claim, clock(), newLinkSecret()));
  return store.balance(customer);
}
