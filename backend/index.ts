export { type PaywallCaller, paywallCaller } from './caller';
export type * from './customer-events';

/** Of the event that API Gateway sends to a Lambda backend, what a report needs. */
export interface MeteredEvent {
  readonly requestContext: {
    readonly authorizer?: { readonly [name: string]: unknown } | null;
  };
}

/** How a report is sent. */
export interface ReportOptions {
  /** Milliseconds that each attempt may take; 3,000 by default. */
  readonly timeout?: number;
}

/** What is waited before the second and the third attempt, in milliseconds. */
const DELAYS = [100, 400];

const DEFAULT_TIMEOUT = 3_000;

/**
 * Tells the paywall how many units a call took, for a route whose cost is `Cost.reported()`. The first report of a call counts: it
 * can be sent again without harm, and what it does not say any more is ignored.
 *
 * @param event the event of the call, which carries the link that the report goes to
 * @param units a whole number, from 0 to 10^9
 * @throws where the call carries no link, or the report was not taken after three attempts; the call then costs its estimate
 */
export async function reportUnits(event: MeteredEvent, units: number, options: ReportOptions = {}): Promise<void> {
  const url = event.requestContext.authorizer?.report;
  if (typeof url !== 'string') {
    throw new Error('the event carries no report link: the cost of its route must be `Cost.reported()`');
  }
  if (!Number.isInteger(units) || units < 0) {
    throw new Error(`units must be a whole number of 0 or more, got: ${units}`);
  }
  let failure = 'no attempt was made';
  for (const wait of [0, ...DELAYS]) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    const outcome = await send(url, units, options.timeout ?? DEFAULT_TIMEOUT);
    if (outcome === undefined) {
      return;
    }
    failure = outcome.failure;
    if (outcome.isFinal) {
      break;
    }
  }
  throw new Error(`the report of ${units} units was not taken: ${failure}`);
}

/** Nothing where the report was taken; else why not, and whether another attempt can tell otherwise. The link stays out of it. */
async function send(
  url: string,
  units: number,
  timeout: number,
): Promise<{ readonly failure: string; readonly isFinal: boolean } | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ units }),
      signal: AbortSignal.timeout(timeout),
    });
    const text = await response.text();
    const isFinal = response.status < 500 && response.status !== 429;
    return response.ok ? undefined : { failure: `${response.status} ${detailOf(text)}`.trim(), isFinal };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error), isFinal: false };
  }
}

function detailOf(text: string): string {
  try {
    return String((JSON.parse(text) as { detail?: unknown }).detail ?? '');
  } catch {
    return '';
  }
}

/** What a Lambda proxy backend answers, as far as its headers go. */
export interface AnswerHeaders {
  readonly headers?: { readonly [name: string]: boolean | number | string } | undefined;
  readonly multiValueHeaders?: { readonly [name: string]: readonly (boolean | number | string)[] } | undefined;
}

/** By the name in the authorizer's context, the header that tells the caller. */
const PAYMENT_HEADERS: Readonly<Record<string, string>> = {
  rateLimit: 'RateLimit',
  rateLimitPolicy: 'RateLimit-Policy',
  paymentReceipt: 'Payment-Receipt',
};

/**
 * Adds to an answer what is left to the caller: `RateLimit`, `RateLimit-Policy` and, where the call was paid for with it,
 * `Payment-Receipt`. API Gateway passes the answer of a Lambda proxy integration on as it is, so the backend has to say it. Headers that
 * the answer has already stay as they are, and so does an answer of 5xx, whose units are given back.
 *
 * @param event the event of the call
 * @param answer what the backend answers
 * @returns the answer with the headers; the one that was passed is not changed
 */
export function withPaymentHeaders<Answer extends AnswerHeaders & { readonly statusCode?: number | undefined }>(
  event: MeteredEvent,
  answer: Answer,
): Answer {
  const context = event.requestContext.authorizer ?? {};
  const taken = [...Object.keys(answer.headers ?? {}), ...Object.keys(answer.multiValueHeaders ?? {})];
  const names = new Set(taken.map((name) => name.toLowerCase()));
  const added = Object.entries(PAYMENT_HEADERS).flatMap(([member, name]) => {
    const value = context[member];
    return typeof value === 'string' && value !== '' && !names.has(name.toLowerCase()) ? [[name, value] as const] : [];
  });
  if (added.length === 0 || (answer.statusCode ?? 200) >= 500) {
    return answer;
  }
  return { ...answer, headers: { ...Object.fromEntries(added), ...answer.headers } };
}
