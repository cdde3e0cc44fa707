/** Longer ones API Gateway takes no more. */
const MAX_LENGTH = 8_192;

/** What a URL's path may be made of: everything else must be percent-encoded. */
const PATH = /^\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/;
const QUERY = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?[\]]|%[0-9A-Fa-f]{2})*$/;

/**
 * What is wrong with a path below the API's URL, and its query, in words that say what to send; nothing where a call can go there. The
 * path names one route and no other: no segment of it leads up, no second slash to another host.
 */
export function pathFault(path: string, query: string, billingPath: string): string | undefined {
  if (!PATH.test(path) || !QUERY.test(query) || path.length + query.length > MAX_LENGTH) {
    return '`path` must begin with a slash and be percent-encoded, `query` without a question mark, at most 8192 characters';
  }
  const segments = path.split('/').slice(1).map(decoded);
  if (segments.some((segment) => segment === undefined || segment === '.' || segment === '..')) {
    return '`path` must have no segment . or .., as it is sent or percent-encoded';
  }
  if (segments.slice(0, -1).includes('')) {
    return '`path` must have no empty segment';
  }
  // Whether an encoded slash tells segments apart is for whoever reads it.
  return segments[0]?.split('/')[0] === billingPath
    ? `\`path\` must name a route of the API, and not one of /${billingPath}`
    : undefined;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
