// Bundled beside the authorizer, which loads it only where callers come with tokens: whoever uses keys does not wait for it.
export { openTokenIdentity } from '../adapters/tokens';
