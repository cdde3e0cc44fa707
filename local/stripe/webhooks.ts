import { once, setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import Stripe from 'stripe';
import { isLoopback } from '../loopback-server';
import type { EventDestination } from './event-destination';
import type { DeliveryRow, EndpointDelivery } from './state';
import type { Store } from './store';
import { DEFAULT_ENDPOINT, type Subscribers, WebhookEndpoints, withPendingWebhooks } from './webhook-endpoints';

/** One event on its way to one webhook endpoint. */
export interface Delivery extends EndpointDelivery {
  readonly eventId: string;
  readonly type: string;
}

export interface WebhooksOptions extends Subscribers {
  readonly store: Store;
  /** Milliseconds between an attempt and the next; when they are used up the event is given up. */
  readonly retryDelays: readonly number[];
  /** Milliseconds that an endpoint may take to answer. */
  readonly timeout: number;
  /** Milliseconds since the epoch, for the signatures. */
  readonly clock: () => number;
  readonly log: (line: string) => void;
}

interface Journey {
  readonly eventId: string;
  readonly first: Promise<void>;
  readonly all: Promise<void>;
}

/**
 * Delivers events as Stripe does: signed, at least once, each on its own (so in no particular order), to every endpoint
 * that wants them, again while it does not answer 2xx.
 */
export class Webhooks {
  private readonly closing = new AbortController();
  private readonly underway = new Map<string, Journey>();
  private readonly endpoints: WebhookEndpoints;

  constructor(private readonly options: WebhooksOptions) {
    this.endpoints = new WebhookEndpoints(options.store, options);
    // Each delivery listens for the end; any number of them is no leak.
    setMaxListeners(0, this.closing.signal);
  }

  /** Also again, for an event that was delivered or given up; where it is on its way it stays on it. */
  deliver(event: Stripe.EventBase, to = this.endpoints.subscribers(event.type)): void {
    const before = this.options.store.get('delivery', event.id)?.endpoints ?? [];
    const started = to.filter((endpoint) => !this.underway.has(keyOf(event.id, endpoint)));
    const others = before.filter(({ endpoint }) => !started.includes(endpoint));
    const fresh = started.map((endpoint): EndpointDelivery => ({ endpoint, state: 'pending', attempts: 0 }));
    this.options.store.put('delivery', { id: event.id, type: event.type, endpoints: [...others, ...fresh] });
    for (const endpoint of started) {
      this.start(event.id, endpoint);
    }
  }

  /** Takes up what an earlier process left undelivered. */
  resume(): void {
    for (const { id, endpoints } of this.options.store.all('delivery')) {
      for (const { endpoint, state } of endpoints) {
        if (state === 'pending') {
          this.start(id, endpoint);
        }
      }
    }
  }

  deliveries(): readonly Delivery[] {
    return this.options.store
      .all('delivery')
      .flatMap(({ id, type, endpoints }) => endpoints.map((delivery) => ({ eventId: id, type, ...delivery })));
  }

  /** Resolves when the endpoints have answered the event about an object for the first time, or have failed to. */
  async answered(type: Stripe.Event.Type, objectId: string): Promise<void> {
    const about = [...this.underway.values()].filter(({ eventId }) => {
      const event = this.options.store.get('event', eventId);
      return event?.type === type && (event.data.object as { id?: string }).id === objectId;
    });
    await Promise.all(about.map(({ first }) => first));
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

  private start(eventId: string, endpoint: string): void {
    if (this.closing.signal.aborted) {
      return;
    }
    const key = keyOf(eventId, endpoint);
    const first = this.attemptFirst(eventId, endpoint);
    const all = first.then(() => this.retry(eventId, endpoint)).finally(() => this.underway.delete(key));
    this.underway.set(key, { eventId, first, all });
  }

  private async attemptFirst(eventId: string, endpoint: string): Promise<void> {
    // Not in the tick of the request that made the event: it may yet be undone.
    await sleep(0);
    this.dropTwin(eventId, endpoint);
    await this.attemptAndRecord(eventId, endpoint);
  }

  private async retry(eventId: string, endpoint: string): Promise<void> {
    const { retryDelays } = this.options;
    let delivery = this.find(eventId, endpoint);
    while (delivery?.state === 'pending' && (await this.pause(retryDelays[delivery.attempts - 1] ?? 0))) {
      this.dropTwin(eventId, endpoint);
      await this.attemptAndRecord(eventId, endpoint);
      delivery = this.find(eventId, endpoint);
    }
  }

  private async attemptAndRecord(eventId: string, endpoint: string): Promise<void> {
    const { retryDelays, log } = this.options;
    const delivery = this.find(eventId, endpoint);
    if (delivery === undefined) {
      return;
    }
    const started = performance.now();
    const outcome = await this.attempt(eventId, endpoint);
    const lastMilliseconds = Math.round((performance.now() - started) * 10) / 10;
    const row = this.options.store.get('delivery', eventId);
    if (this.closing.signal.aborted || row === undefined) {
      return;
    }
    const delay = 'gone' in outcome ? undefined : retryDelays[delivery.attempts];
    const attempted = { ...afterAttempt(delivery, outcome, delay !== undefined), lastMilliseconds };
    // Saved with the next answer or tick: a crash before that costs no more than a second delivery.
    this.replace(row, endpoint, [attempted]);
    log(describe(row, attempted, delay));
  }

  /** What goes to the default endpoint's URL anyway goes there once. */
  private dropTwin(eventId: string, endpoint: string): void {
    const row = this.options.store.get('delivery', eventId);
    if (endpoint === DEFAULT_ENDPOINT && row && this.endpoints.isTwin(row.endpoints.map((other) => other.endpoint))) {
      this.replace(row, endpoint, []);
    }
  }

  private find(eventId: string, endpoint: string): EndpointDelivery | undefined {
    return this.options.store.get('delivery', eventId)?.endpoints.find((delivery) => delivery.endpoint === endpoint);
  }

  private replace(row: DeliveryRow, endpoint: string, by: readonly EndpointDelivery[]): void {
    const endpoints = row.endpoints.flatMap((delivery) => (delivery.endpoint === endpoint ? by : [delivery]));
    this.options.store.put('delivery', { ...row, endpoints });
  }

  /** False when the stand-in closed meanwhile. */
  private async pause(milliseconds: number): Promise<boolean> {
    await sleep(milliseconds, undefined, { signal: this.closing.signal }).catch(() => undefined);
    return !this.closing.signal.aborted;
  }

  private async attempt(eventId: string, endpoint: string): Promise<Outcome> {
    const { store, timeout, clock } = this.options;
    try {
      const destination = this.endpoints.destination(endpoint);
      const event = store.get('event', eventId);
      if ('gone' in destination) {
        return { error: destination.gone, gone: true };
      }
      if ('deliver' in destination) {
        return event === undefined ? { error: 'the event is gone', gone: true } : await this.hand(event, destination);
      }
      if (destination.url === undefined || event === undefined) {
        return { error: 'there is no webhook endpoint yet' };
      }
      if (!isLoopback(new URL(destination.url).host)) {
        return { error: 'the stand-in sends nothing beyond this machine' };
      }
      const payload = JSON.stringify(withPendingWebhooks(store, event), undefined, 2);
      const response = await fetch(destination.url, {
        method: 'POST',
        headers: headersOf(payload, destination.secret, Math.floor(clock() / 1_000)),
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

  /** Gives an event to a destination, and waits for what that sets off, until the stand-in closes. */
  private async hand(event: Stripe.EventBase, destination: EventDestination): Promise<Outcome> {
    this.closing.signal.throwIfAborted();
    const { type, created } = event;
    const detail = withPendingWebhooks(this.options.store, event);
    const over = new AbortController();
    try {
      const closed = once(this.closing.signal, 'abort', { signal: over.signal });
      await Promise.race([destination.deliver({ type, created, detail }), closed]);
    } finally {
      over.abort();
    }
    return { taken: true };
  }
}

type Outcome =
  | { readonly status: number }
  | { readonly taken: true }
  | { readonly error: string; readonly gone?: true };

function keyOf(eventId: string, endpoint: string): string {
  return `${eventId} ${endpoint}`;
}

function headersOf(payload: string, secret: string, timestamp: number): Record<string, string> {
  return {
    'Content-Type': 'application/json; charset=utf-8',
    'Stripe-Signature': Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp }),
    'User-Agent': 'Stripe/1.0 (local stand-in)',
  };
}

function afterAttempt({ endpoint, attempts }: EndpointDelivery, outcome: Outcome, mayRetry: boolean): EndpointDelivery {
  const attempt = { endpoint, attempts: attempts + 1 };
  const undelivered = mayRetry ? 'pending' : 'failed';
  if ('error' in outcome) {
    return { ...attempt, state: undelivered, lastError: outcome.error };
  }
  if ('taken' in outcome) {
    return { ...attempt, state: 'delivered' };
  }
  const taken = outcome.status >= 200 && outcome.status < 300;
  return { ...attempt, state: taken ? 'delivered' : undelivered, lastStatus: outcome.status };
}

function describe({ id, type }: DeliveryRow, delivery: EndpointDelivery, delay: number | undefined): string {
  const to = delivery.endpoint === DEFAULT_ENDPOINT ? '' : ` to ${delivery.endpoint}`;
  const line = `stripe webhook ${type} ${id}${to}: ${delivery.lastStatus ?? delivery.lastError ?? 'taken'}`;
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
