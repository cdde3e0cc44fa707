import type { PaymentRequired } from './payment-required';

/** A call of the API, as whoever keeps or sends it on sees it: everything but who calls. */
export interface ApiCall {
  readonly method: string;
  /** Below the API's own URL, percent-encoded, with the query: `/items/1?full=1`. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface ApiAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Whether the body was longer than whoever asked would take, and is cut. */
  readonly truncated: boolean;
}

/** Calls the API at its public URL, with the credential of whoever is served: so it is charged, throttled and refused as ever. */
export interface ApiCaller {
  /** Throws a `LostAnswerError` where the call may have been carried out and its answer did not come. */
  call(call: ApiCall): Promise<ApiAnswer>;
}

/** The call went out, and no answer came, or not all of it. */
export class LostAnswerError extends Error {
  public override readonly name = 'LostAnswerError';
}

/**
 * What our own authorizer says in the answer, if it has refused the call until it is paid for. A backend may answer 402 as well, and the
 * link in that is none that we would lead anybody to: so a link must be one of the billing routes'.
 */
export function paymentRequiredOf(answer: ApiAnswer, billingUrl: string): PaymentRequired | undefined {
  if (answer.status !== 402 || answer.headers['content-type']?.startsWith('application/problem+json') !== true) {
    return undefined;
  }
  const body = jsonOf(answer.body) as Partial<PaymentRequired> | undefined;
  const isOurs =
    body?.type === 'https://paymentauth.org/problems/payment-required' &&
    typeof body.reason === 'string' &&
    typeof body.plan === 'string' &&
    (body.checkoutUrl === undefined || `${body.checkoutUrl}`.startsWith(`${billingUrl}/checkout/`));
  return isOurs ? (body as PaymentRequired) : undefined;
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
