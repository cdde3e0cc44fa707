import type { ApiCall } from '../domain/api-call';
import { holdsApiKey } from '../domain/api-key';
import { pathFault } from '../domain/call-path';

const METHODS = ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'];
const MEMBERS = ['method', 'path', 'query', 'headers', 'body', 'isBase64Encoded'];

/** What describes a request. Whatever names its caller is his own to send when it is run, and never kept. */
const HEADERS = ['accept', 'content-type'];

const EXAMPLE =
  'Send JSON such as {"method": "POST", "path": "/items/1", "headers": {"content-type": "application/json"}, "body": "{}"}';

type Body = Readonly<Record<string, unknown>>;

/** Reads `{method, path, query?, headers?, body?, isBase64Encoded?}`. */
export function readKeptCall(body: Body | undefined, billingPath: string): ApiCall | { readonly fault: string } {
  const unknown = Object.keys(body ?? {}).find((member) => !MEMBERS.includes(member));
  if (body === undefined || unknown !== undefined) {
    return { fault: `${EXAMPLE}; other members than ${MEMBERS.join(', ')} there are none.` };
  }
  const { method, path, query = '', isBase64Encoded = false } = body;
  if (typeof method !== 'string' || !METHODS.includes(method)) {
    return { fault: `\`method\` must be one of ${METHODS.join(', ')}. ${EXAMPLE}.` };
  }
  if (typeof path !== 'string' || typeof query !== 'string') {
    return { fault: `\`path\` must be a text, and so must \`query\` if there is one. ${EXAMPLE}.` };
  }
  const fault = pathFault(path, query, billingPath);
  if (fault !== undefined) {
    return { fault: `${fault}. ${EXAMPLE}.` };
  }
  if (holdsApiKey(query)) {
    return { fault: '`query` must hold no key: send it as a header when the request is run.' };
  }
  const headers = readHeaders(body.headers);
  if (headers === undefined) {
    return { fault: `\`headers\` may hold ${HEADERS.join(' and ')}, as texts, and nothing else. ${EXAMPLE}.` };
  }
  const bytes = readBytes(body.body, isBase64Encoded);
  if (bytes === 'fault' || (bytes !== undefined && ['GET', 'HEAD'].includes(method))) {
    return { fault: '`body` must be a text, or base64 beside "isBase64Encoded": true; GET and HEAD have none.' };
  }
  return { method, path: query === '' ? path : `${path}?${query}`, headers, ...(bytes && { body: bytes }) };
}

function readHeaders(headers: unknown): Record<string, string> | undefined {
  if (headers === undefined) {
    return {};
  }
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    return undefined;
  }
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const valid = entries.every(
    ([name, value]) => HEADERS.includes(name) && typeof value === 'string' && /^[\x20-\x7e]{1,256}$/.test(value),
  );
  return valid ? Object.fromEntries(entries) : undefined;
}

function readBytes(body: unknown, isBase64Encoded: unknown): Uint8Array | undefined | 'fault' {
  if (typeof isBase64Encoded !== 'boolean' || (body !== undefined && typeof body !== 'string')) {
    return 'fault';
  }
  if (body === undefined || !isBase64Encoded) {
    return body === undefined ? undefined : Buffer.from(body);
  }
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(body);
  return isBase64 ? Buffer.from(body, 'base64') : 'fault';
}
