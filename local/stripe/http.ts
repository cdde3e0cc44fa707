import type { IncomingMessage } from 'node:http';

const MOST_BYTES = 1_048_576;

/** A request as the stand-in's parts see it: read to its end. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Nothing when the body is too large to be meant; it is read to its end even so, for the answer to arrive. */
export async function readRequest(incoming: IncomingMessage): Promise<HttpRequest | undefined> {
  let chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    chunks = bytes > MOST_BYTES ? [] : [...chunks, chunk];
  }
  if (bytes > MOST_BYTES) {
    return undefined;
  }
  const [path = '/', ...query] = (incoming.url ?? '/').split('?');
  return {
    method: incoming.method ?? 'GET',
    path,
    query: query.join('?'),
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

export function json(status: number, body: object, headers: Record<string, string> = {}): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body, null, 2) };
}

/** To be fetched with GET, whatever the method was. */
export function seeOther(location: string): HttpAnswer {
  return { status: 303, headers: { location, 'cache-control': 'no-store' }, body: '' };
}
