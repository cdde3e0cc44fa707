import { canonicalJson } from './canonical-json';

/** A challenge of the `Payment` authentication scheme, as MCP carries it: `request` is the object that stands in the header as base64url. */
export type PaymentChallenge = Readonly<Record<string, unknown>>;

/** What one token of a header's list can begin with: a scheme, a parameter, or nothing that we know. */
const PARAMETER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/;
const SCHEME = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?=\s+[!#$%&'*+.^_`|~0-9A-Za-z-]+\s*=|\s*(?:,|$))/;

/** The `Payment` challenges of a `WWW-Authenticate` header, which may hold others beside them. */
export function paymentChallenges(wwwAuthenticate: string | undefined): PaymentChallenge[] {
  const found: Record<string, string>[] = [];
  let current: Record<string, string> | undefined;
  let rest = wwwAuthenticate ?? '';
  while (rest !== '') {
    rest = rest.replace(/^[\s,]+/, '');
    const [parameter, name = '', quoted, bare] = PARAMETER.exec(rest) ?? [];
    const [scheme] = parameter === undefined ? (SCHEME.exec(rest) ?? []) : [];
    if (parameter !== undefined && current !== undefined) {
      current[name.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '';
    }
    if (scheme !== undefined) {
      current = scheme.toLowerCase() === 'payment' ? {} : undefined;
      found.push(...(current === undefined ? [] : [current]));
    }
    const taken = (parameter ?? scheme)?.length;
    if (taken === undefined) {
      break;
    }
    rest = rest.slice(taken);
  }
  return found.flatMap(({ request, ...others }) => {
    const object = fromBase64url(request ?? '');
    return object === undefined || others.id === undefined ? [] : [{ ...others, request: object }];
  });
}

/** A credential that a client has sent by MCP, as the header that pays for a call; nothing where it is none. */
export function paymentAuthorization(credential: unknown): string | undefined {
  if (!isObject(credential) || !isObject(credential.challenge)) {
    return undefined;
  }
  const { request, ...challenge } = credential.challenge;
  const text = typeof request === 'string' ? request : Buffer.from(canonicalJson(request)).toString('base64url');
  const header = canonicalJson({ ...credential, challenge: { ...challenge, request: text } });
  return `Payment ${Buffer.from(header).toString('base64url')}`;
}

/** What a `Payment-Receipt` says. */
export function paymentReceipt(header: string | undefined): object | undefined {
  return fromBase64url(header ?? '');
}

function fromBase64url(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
