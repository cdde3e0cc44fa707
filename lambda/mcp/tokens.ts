// Bundled beside the server, which loads it only where callers come with tokens.
export { openTokenIdentity } from '../adapters/tokens';
