/** Milliseconds for an answer: longer than API Gateway waits for a backend. */
const TIMEOUT = 35_000;

/** An answer, as it came. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** How far the other side's clock is ahead of this machine's, in seconds; absent where it did not tell. */
  readonly skew?: number;
}

export interface HttpRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** Sends a request, and follows nothing. @throws Error where nobody answers */
export async function send(url: string, { method = 'GET', headers = {}, body }: HttpRequest = {}): Promise<HttpAnswer> {
  const sentAt = Date.now();
  const response = await fetch(url, {
    method,
    headers,
    body: body as BodyInit | undefined,
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT),
  });
  const receivedAt = Date.now();
  const date = Date.parse(response.headers.get('date') ?? '');
  // The header is cut to the second, and was written somewhere between.
  const skew = (date + 500 - (sentAt + receivedAt) / 2) / 1000;
  return {
    status: response.status,
    headers: response.headers,
    body: await response.text(),
    ...(!Number.isNaN(date) && { skew }),
  };
}

/** An error of `fetch` in a line: it says why behind itself. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
