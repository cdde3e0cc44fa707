import type { Catalogue } from '../../lib/private/catalogue';
import { Environment } from '../../lib/private/environment';
import type { IdentityEntry, TokenEntry } from '../../lib/private/identity-entry';
import { API_KEYS, type Credentials, type Identity } from '../domain/identity';

/** What verifies tokens: a module of its own, so that it costs nothing where there are none. */
export interface TokenModule {
  openTokenIdentity(entry: TokenEntry, catalogue: Catalogue): Identity;
}

/** How callers are known, as the constructs have put it into the environment; by keys alone where they have put nothing there. */
export function readIdentities(catalogue: Catalogue, load: () => Promise<TokenModule>): readonly Identity[] {
  const rendered = process.env[Environment.IDENTITIES];
  const entries = rendered === undefined ? (['apiKeys'] as const) : (JSON.parse(rendered) as IdentityEntry[]);
  let loading: Promise<TokenModule> | undefined;
  return entries.map((entry) => {
    if (entry === 'apiKeys') {
      return API_KEYS;
    }
    loading ??= load();
    return new LoadingIdentity(loading.then((module) => module.openTokenIdentity(entry, catalogue)));
  });
}

/** One that is still being loaded. Only those wait for it who send something that can be a token. */
class LoadingIdentity implements Identity {
  constructor(private readonly identity: Promise<Identity>) {
    // Whoever waits for it is told; where nobody does, it is not to end the process.
    identity.catch(() => undefined);
  }

  public async recognise(credentials: Credentials) {
    return credentials.bearer?.includes('.') === true ? (await this.identity).recognise(credentials) : undefined;
  }
}
