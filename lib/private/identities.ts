import type { Stack } from 'aws-cdk-lib';
import { Identity } from '../identity';
import type { Plan } from '../plan';
import { SignUp } from '../sign-up';
import type { SignUpEntry, UnauthorizedEntry } from './catalogue';
import { Environment } from './environment';
import type { IdentityEntry } from './identity-entry';
import { unauthorizedEntry } from './unauthorized';

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
  const entries = identityEntries(identities);
  const isDefault = entries.every((entry) => entry === 'apiKeys');
  return isDefault ? {} : { [Environment.IDENTITIES]: stack.toJsonString(entries) };
}

/** Whether customers have keys of this paywall's own. */
export function acceptsKeys(identities: readonly Identity[] | undefined): boolean {
  return identityEntries(identities).includes('apiKeys');
}

/** Whether keys are accepted that were made elsewhere. */
export function acceptsImportedKeys(identities: readonly Identity[] | undefined): boolean {
  return identityEntries(identities).includes('importedKeys');
}

/** How new customers come: who is known by a token needs no sign-up. */
export function renderSignUp(identities: readonly Identity[] | undefined, signUp = SignUp.checkout()): SignUpEntry {
  return acceptsKeys(identities) ? signUp._entry : { kind: 'byToken' };
}

/** What a 401 says is accepted. */
export function renderUnauthorized(identities: readonly Identity[] | undefined): UnauthorizedEntry {
  const tokens = (identities ?? []).flatMap(({ _tokens }) => _tokens ?? []);
  return unauthorizedEntry(acceptsKeys(identities), tokens);
}

/** Refuses what is about keys where there are none. */
export function requireKeys(
  identities: readonly Identity[] | undefined,
  props: Readonly<Record<string, unknown>>,
): void {
  const [given] = acceptsKeys(identities) ? [] : Object.keys(props).filter((name) => props[name] !== undefined);
  if (given !== undefined) {
    const issuers = JSON.stringify((identities ?? []).map(({ _issuer }) => _issuer));
    throw new Error(
      `\`${given}\` is about API keys, and must be left out where \`identities\` have no Identity.apiKeys(), got: ${issuers}`,
    );
  }
}

/** By what callers are known, as handlers read it. */
export function identityEntries(identities: readonly Identity[] = [Identity.apiKeys()]): readonly IdentityEntry[] {
  return identities.flatMap((identity) => identity._render());
}

/** Whether callers come with tokens, who are customers from their first call on. */
export function knowsTokens(identities: readonly Identity[] | undefined): boolean {
  return identityEntries(identities).some((entry) => typeof entry === 'object');
}
