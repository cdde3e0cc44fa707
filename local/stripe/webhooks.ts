import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import Stripe from 'stripe';
import type { DeliveryRow, Store } from './state';

/** One event on its way to the webhook endpoint. */
export interface Delivery extends Omit<DeliveryRow, 'id'> {
  readonly eventId: string;
}

export interface WebhooksOptions {
  readonly store: Store;
  /** The endpoint's signing secret, `whsec_…`. */
  readonly secret: string;
  /** Asked before each attempt, as the gateway may come up later than the stand-in, or elsewhere. */
  readonly url: () => string | undefined;
  /** Milliseconds between an attempt and the next; when they are used up the event is given up. */
  readonly retryDelays: readonly number[];
  /** Milliseconds that the endpoint may take to answer. */
  readonly timeout: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly log: (line: string) => void;
}

/**
 * Delivers events as Stripe does: signed, at least once, each on its own (so in no particular order), again while the
 * endpoint does not answer 2xx.
 */
export class Webhooks {
  private readonly closing = new AbortController();
  private readonly underway = new Map<string, { readonly first: Promise<void>; readonly all: Promise<void> }>();

  constructor(private readonly options: WebhooksOptions) {
    // Each delivery listens for the end; any number of them is no leak.
    setMaxListeners(0, this.closing.signal);
  }

  /** Also again, for an event that was delivered or given up; one that is on its way stays on it. */
  deliver(event: Stripe.EventBase): void {
    if (this.underway.has(event.id)) {
      return;
    }
    this.options.store.put('delivery', { id: event.id, type: event.type, state: 'pending', attempts: 0 });
    this.start(event.id);
  }

  /** Takes up what an earlier process left undelivered. */
  resume(): void {
    for (const delivery of this.options.store.all('delivery')) {
      if (delivery.state === 'pending') {
        this.start(delivery.id);
      }
    }
  }

  deliveries(): readonly Delivery[] {
    return this.options.store.all('delivery').map(({ id, ...delivery }) => ({ eventId: id, ...delivery }));
  }

  /** Resolves when the endpoint has answered the event about an object for the first time, or has failed to. */
  async answered(type: Stripe.Event.Type, objectId: string): Promise<void> {
    const about = this.options.store
      .all('event')
      .filter((event) => event.type === type && (event.data.object as { id?: string }).id === objectId);
    await Promise.all(about.map(({ id }) => this.underway.get(id)?.first));
  }

  /** Resolves when nothing is being delivered and nothing waits for its next attempt. */
  async idle(): Promise<void> {
    while (this.underway.size > 0) {
      await Promise.all([...this.underway.values()].map(({ all }) => all));
    }
  }

  /** Ends the attempts that run; what they carried stays undelivered. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.idle();
  }

  private start(eventId: string): void {
    if (this.closing.signal.aborted) {
      return;
    }
    const first = this.attemptFirst(eventId);
    const all = first.then(() => this.retry(eventId)).finally(() => this.underway.delete(eventId));
    this.underway.set(eventId, { first, all });
  }

  private async attemptFirst(eventId: string): Promise<void> {
    // Not in the tick of the request that made the event: it may yet be undone.
    await sleep(0);
    await this.attemptAndRecord(eventId);
  }

  private async retry(eventId: string): Promise<void> {
    const { store, retryDelays } = this.options;
    let delivery = store.get('delivery', eventId);
    while (delivery?.state === 'pending' && (await this.pause(retryDelays[delivery.attempts - 1] ?? 0))) {
      await this.attemptAndRecord(eventId);
      delivery = store.get('delivery', eventId);
    }
  }

  private async attemptAndRecord(eventId: string): Promise<void> {
    const { store, retryDelays, log } = this.options;
    const delivery = store.get('delivery', eventId);
    if (delivery === undefined) {
      return;
    }
    const started = performance.now();
    const outcome = await this.attempt(eventId);
    const lastMilliseconds = Math.round((performance.now() - started) * 10) / 10;
    if (this.closing.signal.aborted) {
      return;
    }
    const delay = retryDelays[delivery.attempts];
    const attempted = { ...afterAttempt(delivery, outcome, delay !== undefined), lastMilliseconds };
    // Saved with the next answer or tick: a crash before that costs no more than a second delivery.
    store.put('delivery', attempted);
    this.countDown(attempted);
    log(describe(attempted, delay));
  }

  /** An event says how many endpoints have yet to take it. */
  private countDown(delivery: DeliveryRow): void {
    const event = this.options.store.get('event', delivery.id);
    if (event !== undefined && delivery.state === 'delivered') {
      this.options.store.put('event', { ...event, pending_webhooks: 0 });
    }
  }

  /** False when the stand-in closed meanwhile. */
  private async pause(milliseconds: number): Promise<boolean> {
    await sleep(milliseconds, undefined, { signal: this.closing.signal }).catch(() => undefined);
    return !this.closing.signal.aborted;
  }

  private async attempt(eventId: string): Promise<Outcome> {
    const { store, secret, url, timeout, clock } = this.options;
    try {
      const endpoint = url();
      const event = store.get('event', eventId);
      if (endpoint === undefined || event === undefined) {
        return { error: 'there is no webhook endpoint yet' };
      }
      const payload = JSON.stringify(event, undefined, 2);
      const timestamp = Math.floor(clock() / 1_000);
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json; charset=utf-8',
          'Stripe-Signature': Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp }),
          'User-Agent': 'Stripe/1.0 (local stand-in)',
        },
        body: payload,
        // Stripe takes a redirect for a failure.
        redirect: 'manual',
        signal: AbortSignal.any([this.closing.signal, AbortSignal.timeout(timeout)]),
      });
      // Read to its end, for the connection to be of use again.
      await response.arrayBuffer();
      return { status: response.status };
    } catch (error) {
      return { error: reasonOf(error) };
    }
  }
}

type Outcome = { readonly status: number } | { readonly error: string };

function afterAttempt({ id, type, attempts }: DeliveryRow, outcome: Outcome, mayRetry: boolean): DeliveryRow {
  const attempt = { id, type, attempts: attempts + 1 };
  const undelivered = mayRetry ? 'pending' : 'failed';
  if ('error' in outcome) {
    return { ...attempt, state: undelivered, lastError: outcome.error };
  }
  const taken = outcome.status >= 200 && outcome.status < 300;
  return { ...attempt, state: taken ? 'delivered' : undelivered, lastStatus: outcome.status };
}

function describe(delivery: DeliveryRow, delay: number | undefined): string {
  const line = `stripe webhook ${delivery.type} ${delivery.id}: ${delivery.lastStatus ?? delivery.lastError}`;
  if (delivery.state === 'delivered') {
    return line;
  }
  return delivery.state === 'failed'
    ? `${line}, given up after ${delivery.attempts} attempts`
    : `${line}, again in ${delay} ms`;
}

/** `fetch` hides what went wrong in the cause of its error. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error) {
    const { code } = cause as NodeJS.ErrnoException;
    return typeof code === 'string' ? code : cause.message;
  }
  return String(cause);
}
