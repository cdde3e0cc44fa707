import { hashApiKey, parseApiKey } from './api-key';
import type { Credential } from './charge';
import type { PlanClaim } from './plan-claim';

/** What a request carries by which its caller may be known. Nothing of it is ever taken from the query string, which logs keep. */
export interface Credentials {
  /** From `x-api-key`; from `Authorization: Bearer` where there is none. */
  readonly apiKey?: string;
  /** From `Authorization: Bearer`. */
  readonly bearer?: string;
}

/** Who calls, as far as his credential tells. Whether there is such a customer, and whether a key is his, is for the store to judge. */
export interface Caller {
  readonly customer: string;
  readonly credential: Credential;
  readonly claim?: PlanClaim;
}

/** One way by which callers are known. */
export interface Identity {
  /**
   * The caller, or `refused` where the credential is of this kind and does not do; nothing where it is of another kind. Where that
   * cannot be told for now, it throws an `IssuerUnavailableError`.
   */
  recognise(credentials: Credentials): Caller | 'refused' | undefined | Promise<Caller | 'refused' | undefined>;
}

/** Whether a token is genuine cannot be told for now, as the issuer's keys cannot be had. */
export class IssuerUnavailableError extends Error {
  public override readonly name = 'IssuerUnavailableError';
}

/** Our own keys. */
export const API_KEYS: Identity = {
  recognise: ({ apiKey }) => {
    const key = apiKey === undefined ? undefined : parseApiKey(apiKey);
    return apiKey === undefined || key === undefined
      ? undefined
      : { customer: key.customer, credential: { keyId: key.keyId, keyHash: hashApiKey(apiKey) } };
  },
};

/** The caller whom the first identity knows that the credentials are of the kind of; nobody where it refuses, or there is none. */
export async function callerOf(identities: readonly Identity[], credentials: Credentials): Promise<Caller | undefined> {
  for (const identity of identities) {
    const caller = await identity.recognise(credentials);
    if (caller !== undefined) {
      return caller === 'refused' ? undefined : caller;
    }
  }
  return undefined;
}
