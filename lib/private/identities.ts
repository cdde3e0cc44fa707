import type { Stack } from 'aws-cdk-lib';
import type { Identity } from '../identity';
import type { Plan } from '../plan';
import { Environment } from './environment';

/** Refuses identities between which a credential could not choose, or by which nobody could be known. */
export function requireIdentities(identities: readonly Identity[] | undefined, plans: readonly Plan[]): void {
  if (identities?.length === 0) {
    throw new Error('`identities` must hold at least one way by which callers are known, got: []');
  }
  const issuers = (identities ?? []).map(({ _issuer }) => _issuer);
  const twice = issuers.find((issuer, index) => issuers.indexOf(issuer) !== index);
  if (twice !== undefined) {
    throw new Error(`\`identities\` must have distinct issuers, got twice: ${JSON.stringify(twice)}`);
  }
  const claim = identities?.find(({ _planClaim }) => _planClaim !== undefined)?._planClaim;
  if (claim !== undefined && plans.length < 2) {
    const ids = JSON.stringify(plans.map(({ id }) => id));
    throw new Error(
      `\`identities\` must claim plans (${JSON.stringify(claim)}) where there are several, got only: ${ids}`,
    );
  }
}

/** The environment variable that tells handlers by what callers are known; none where that is by API keys alone. */
export function renderIdentities(stack: Stack, identities: readonly Identity[] | undefined): Record<string, string> {
  const entries = identities?.map((identity) => identity._render()) ?? [];
  const isDefault = entries.every((entry) => entry === 'apiKeys');
  return isDefault ? {} : { [Environment.IDENTITIES]: stack.toJsonString(entries) };
}

/** Whether callers come with tokens, who are customers from their first call on. */
export function knowsTokens(identities: readonly Identity[] | undefined): boolean {
  return identities?.some((identity) => identity._render() !== 'apiKeys') ?? false;
}
