import { setTimeout as sleep } from 'node:timers/promises';
import type { LambdaRuntime } from './lambda/runtime';

export interface ReconciliationsOptions {
  /** The ARNs of the functions that list Stripe's events. */
  readonly reconcilers: readonly string[];
  readonly lambda: LambdaRuntime;
  /** Takes a line when one begins to fail. */
  readonly report: (line: string) => void;
  /** Milliseconds from the end of one run to the next. @default RECONCILE_MILLIS */
  readonly pauseMillis?: number;
}

export interface Reconciliations {
  /** Begins no further run. */
  close(): void;
}

/**
 * A run that finds nothing new is one request. Stripe takes 25 a second in test mode (https://docs.stripe.com/rate-limits), from all
 * who use the account together.
 */
export const RECONCILE_MILLIS = 5_000;

/** Lists Stripe's events all the time, as its webhooks do not come to this machine. */
export function startReconciliations(options: ReconciliationsOptions): Reconciliations {
  const { reconcilers, lambda, report, pauseMillis = RECONCILE_MILLIS } = options;
  const closing = new AbortController();
  const { signal } = closing;
  const repeat = async (functionArn: string) => {
    let failure: string | undefined;
    while (!signal.aborted) {
      const result = await lambda.invoke(functionArn, {});
      const reason = result.ok ? undefined : `${result.errorType}: ${result.errorMessage}`.replace(/\s+/g, ' ');
      if (reason !== undefined && reason !== failure) {
        report(`Stripe's events could not be listed, and are again in ${pauseMillis / 1_000} s: ${reason}`);
      }
      failure = reason;
      await sleep(pauseMillis, undefined, { ref: false, signal }).catch(() => undefined);
    }
  };
  for (const functionArn of reconcilers) {
    void repeat(functionArn);
  }
  return { close: () => closing.abort() };
}
