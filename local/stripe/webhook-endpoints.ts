import type Stripe from 'stripe';
import type { Store } from './store';

/** The endpoint that the stand-in was started with. */
export const DEFAULT_ENDPOINT = 'default';

/** Where the stand-in's own endpoint is, and what its events are signed with. */
export interface DefaultEndpoint {
  readonly secret: string;
  /** Asked each time, as the gateway may come up later than the stand-in, or elsewhere. */
  readonly url: () => string | undefined;
}

/** What one attempt needs to know; an endpoint that is not up yet has no URL. */
export interface Destination {
  readonly url: string | undefined;
  readonly secret: string;
}

/** Who gets which events: the endpoints of the API, and the default one until one of the API has its URL. */
export class WebhookEndpoints {
  constructor(
    private readonly store: Store,
    private readonly standard: DefaultEndpoint,
  ) {}

  /** The ids of those that take events of this type now. */
  subscribers(type: string): string[] {
    const ids = this.store
      .all('webhook_endpoint')
      .filter(({ status, enabled_events: events }) => status === 'enabled' && events.some((one) => isOfType(type, one)))
      .map(({ id }) => id);
    return this.isReplaced() ? ids : [DEFAULT_ENDPOINT, ...ids];
  }

  /** Why an endpoint takes no events any more stands in place of where it is. */
  destination(id: string): Destination | { readonly gone: string } {
    if (id === DEFAULT_ENDPOINT) {
      return { url: this.standard.url(), secret: this.standard.secret };
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
    const url = this.standard.url();
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
