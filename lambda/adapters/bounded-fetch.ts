/** What a server has said, of which no more than so many bytes were read. */
export interface BoundedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** Whether there was more. */
  readonly truncated: boolean;
}

export interface Bounds {
  /** Of the body. */
  readonly maxBytes: number;
  /** For the whole of the answer. */
  readonly milliseconds: number;
}

/** One request, whose answer is bounded in time and size. A redirect is an answer like others: it leads nowhere from here. */
export async function boundedFetch(url: URL, init: RequestInit, bounds: Bounds): Promise<BoundedAnswer> {
  const signal = AbortSignal.timeout(bounds.milliseconds);
  const response = await fetch(url, { ...init, redirect: 'manual', signal });
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > bounds.maxBytes) {
      break;
    }
  }
  const body = Buffer.concat(chunks).subarray(0, bounds.maxBytes);
  return { status: response.status, headers: response.headers, body, truncated: length > bounds.maxBytes };
}

/** Sent in clear to this machine alone, where the local gateway is. */
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** The URL below which an API is, which is never spoken to in clear over a network. */
export function apiBase(publicUrl: string): URL {
  const base = new URL(`${publicUrl}/`);
  if (!LOOPBACK.test(base.hostname)) {
    base.protocol = 'https:';
  }
  return base;
}
