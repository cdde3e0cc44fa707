import type { UnauthorizedEntry } from './catalogue';

/** Whose tokens an API accepts, and which of them. */
export interface AcceptedTokens {
  readonly kind: 'token' | 'access token' | 'ID token';
  readonly issuer: string;
}

const BEARER = 'Bearer realm="api"';

/** What a 401 says, to people and to programs: all that the API accepts, with a challenge for each, as a credential is of one kind. */
export function unauthorizedEntry(acceptsKeys: boolean, tokens: readonly AcceptedTokens[]): UnauthorizedEntry {
  const ways = [
    ...(acceptsKeys ? ['API key as x-api-key, or as Authorization: Bearer'] : []),
    ...tokens.map(({ kind, issuer }) => `${kind} of ${issuer} as Authorization: Bearer`),
  ];
  const challenges = [...(acceptsKeys ? [BEARER] : []), ...tokens.map(({ issuer }) => `${BEARER}, issuer="${issuer}"`)];
  return { detail: `Send a valid ${ways.join('; or a valid ')}.`, challenge: challenges.join(', ') };
}
