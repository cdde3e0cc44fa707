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
