import type { Catalogue } from '../../../lib/private/catalogue';
import type { TokenEntry } from '../../../lib/private/identity-entry';
import type { Identity } from '../../domain/identity';
import type { LogError } from '../identities';
import { TokenIdentity } from './token-identity';

/** What knows callers by the tokens of one issuer, whose keys are on their way. */
export function openTokenIdentity(entry: TokenEntry, catalogue: Catalogue, logError: LogError): Identity {
  const identity = new TokenIdentity(entry, {
    catalogue,
    onMisconfigured: (problem, issuer) =>
      logError('the tokens of an issuer are not what this API needs', { issuer }, new Error(problem)),
  });
  identity.open();
  return identity;
}
