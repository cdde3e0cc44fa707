import type Stripe from 'stripe';
import type { EventDestination } from './event-destination';
import type { Store } from './store';

/** The endpoint that the stand-in was started with. */
export const DEFAULT_ENDPOINT = 'default';

/** What the stand-in was started with: an endpoint of its own, with what its events are signed with, and event destinations. */
export interface Subscribers {
  readonly secret: string;
  /** Asked each time, as the gateway may come up later than the stand-in, or elsewhere. @default - there is no such endpoint */
  readonly url?: () => string | undefined;
  /** @default - none */
  readonly destinations?: readonly EventDestination[];
}

/** What one attempt needs to know; an endpoint that is not up yet has no URL. */
export interface Destination {
  readonly url: string | undefined;
  readonly secret: string;
}

/**
 * Who gets which events: the endpoints of the API, the default one until one of the API has its URL, and the event destinations,
 * which get all.
 */
export class WebhookEndpoints {
  constructor(
    private readonly store: Store,
    private readonly standard: Subscribers,
  ) {}

  /** The ids of those that take events of this type now. */
  subscribers(type: string): string[] {
    const ids = this.store
      .all('webhook_endpoint')
      .filter(({ status, enabled_events: events }) => status === 'enabled' && events.some((one) => isOfType(type, one)))
      .map(({ id }) => id);
    const standard = this.standard.url === undefined || this.isReplaced() ? [] : [DEFAULT_ENDPOINT];
    return [...standard, ...ids, ...(this.standard.destinations ?? []).map((destination) => destination.id)];
  }

  /** Why an endpoint takes no events any more stands in place of where it is. */
  destination(id: string): Destination | EventDestination | { readonly gone: string } {
    const { url, secret: standardSecret, destinations } = this.standard;
    if (id === DEFAULT_ENDPOINT) {
      return url === undefined ? { gone: 'there is no such endpoint' } : { url: url(), secret: standardSecret };
    }
    const destination = destinations?.find((candidate) => candidate.id === id);
    if (destination !== undefined) {
      return destination;
    }
    const endpoint = this.store.get('webhook_endpoint', id);
    const secret = this.store.get('webhook_secret', id)?.secret;
    if (endpoint === undefined || secret === undefined) {
      return { gone: 'the endpoint was deleted' };
    }
    return endpoint.status === 'enabled' ? { url: endpoint.url, secret } : { gone: 'the endpoint is disabled' };
  }

  /** Whether the default endpoint, not up when an event came, turns out to be one that the event goes to anyway. */
  isTwin(ids: readonly string[]): boolean {
    return ids.some((id) => this.hasDefaultUrl(this.store.get('webhook_endpoint', id)));
  }

  /** The endpoint of the API governs its URL, even when it is disabled or wants few events. */
  private isReplaced(): boolean {
    return this.store.all('webhook_endpoint').some((endpoint) => this.hasDefaultUrl(endpoint));
  }

  private hasDefaultUrl(endpoint: Stripe.WebhookEndpoint | undefined): boolean {
    const url = this.standard.url?.();
    return endpoint !== undefined && url !== undefined && new URL(endpoint.url).href === new URL(url).href;
  }
}

/** `*`, a type, or a group of types that ends in a star, `invoice.*`. */
export function isOfType(type: string, wanted: string): boolean {
  return wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
}

/** An event says how many endpoints have yet to take it. */
export function withPendingWebhooks(store: Store, event: Stripe.EventBase): Stripe.EventBase {
  const waiting = store.get('delivery', event.id)?.endpoints.filter(({ state }) => state !== 'delivered') ?? [];
  return { ...event, pending_webhooks: waiting.length };
}
