import type { IncomingMessage } from 'node:http';
import { type HeaderLine, headerLines, withoutHeaders } from './headers';

/** A call, as its caller wrote it: nothing in the path is decoded or normalised. */
export interface GatewayRequest {
  readonly httpMethod: string;
  readonly protocol: string;
  readonly rawPath: string;
  /** What follows the question mark; empty where there is none. */
  readonly rawQuery: string;
  readonly headers: readonly HeaderLine[];
  readonly query: readonly HeaderLine[];
  readonly sourceIp: string;
  /** The port that the caller reached. */
  readonly port: number;
  /** What the request line and the header values take, in bytes. */
  readonly headSize: number;
}

/** API Gateway takes these off a request before anything sees it, authorizers, mappings and integrations alike. */
const DROPPED = new Set([
  'connection',
  'content-length',
  'content-md5',
  'expect',
  'keep-alive',
  'max-forwards',
  'proxy-authenticate',
  'proxy-connection',
  'server',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'www-authenticate',
]);

export function parseRequest(message: IncomingMessage): GatewayRequest {
  const url = message.url ?? '/';
  const lines = headerLines(message.rawHeaders);
  const httpMethod = message.method ?? 'GET';
  const protocol = `HTTP/${message.httpVersion}`;
  const { rawPath, rawQuery } = splitUrl(url);
  return {
    httpMethod,
    protocol,
    rawPath,
    rawQuery,
    headers: withoutHeaders(lines, DROPPED),
    query: parseQuery(rawQuery),
    sourceIp: (message.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, ''),
    port: message.socket.localPort ?? 80,
    headSize: lines.reduce(
      (size, [, value]) => size + value.length,
      `${httpMethod} ${url} ${protocol}`.length, // Node reads the head as Latin-1: a character is a byte.
    ),
  };
}

/** The path of a request target, which may be in absolute form; slashes in front of the stage are one to API Gateway. */
export function splitUrl(url: string): { rawPath: string; rawQuery: string } {
  const target = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  return { rawPath: collapseLeadingSlashes(path), rawQuery: mark < 0 ? '' : target.slice(mark + 1) };
}

export function collapseLeadingSlashes(path: string): string {
  return `/${path.replace(/^\/+/, '')}`;
}

export function parseQuery(rawQuery: string): HeaderLine[] {
  return rawQuery
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      const [name, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
      return [decodeQuery(name), decodeQuery(value)] as const;
    });
}

/** What is no valid encoding is passed as it came. */
function decodeQuery(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
