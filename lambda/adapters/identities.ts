import type { Catalogue } from '../../lib/private/catalogue';
import { Environment } from '../../lib/private/environment';
import type { IdentityEntry, TokenEntry } from '../../lib/private/identity-entry';
import { API_KEYS, type Credentials, type Identity } from '../domain/identity';
import { importedIdentity, type KeyDirectory } from '../domain/imported-keys';
import { systemClock } from './clock';

/** Writes a line into the handler's log. */
export type LogError = (message: string, about: Readonly<Record<string, string>>, error: unknown) => void;

/** What verifies tokens: a module of its own, so that it costs nothing where there are none. */
export interface TokenModule {
  openTokenIdentity(entry: TokenEntry, catalogue: Catalogue, logError: LogError): Identity;
}

export interface IdentitySources {
  readonly catalogue: Catalogue;
  /** Loads what verifies tokens; it is asked where there are any. */
  readonly load: () => Promise<TokenModule>;
  /** Where the owners of keys are found that were made elsewhere; it is asked where such are accepted. */
  readonly directory: () => KeyDirectory;
  readonly logError: LogError;
}

/** By what callers are known, as the constructs have put it into the environment; by keys alone where they have put nothing there. */
export function readIdentityEntries(): readonly IdentityEntry[] {
  const rendered = process.env[Environment.IDENTITIES];
  return rendered === undefined ? ['apiKeys'] : (JSON.parse(rendered) as IdentityEntry[]);
}

/** How callers are known. */
export function readIdentities({ catalogue, load, directory, logError }: IdentitySources): readonly Identity[] {
  let loading: Promise<TokenModule> | undefined;
  return readIdentityEntries().map((entry) => {
    if (entry === 'apiKeys') {
      return API_KEYS;
    }
    if (entry === 'importedKeys') {
      return importedIdentity(directory(), systemClock);
    }
    loading ??= load();
    return new LoadingIdentity(loading.then((module) => module.openTokenIdentity(entry, catalogue, logError)));
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
