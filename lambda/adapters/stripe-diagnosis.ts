import Stripe from 'stripe';
import type { EventFacts, StripeAccountFacts, WebhookEndpointFacts } from '../../lib/private/operations-doctor';
import { HANDLED_EVENTS } from '../../lib/private/stripe-events';
import type { SecretReader } from './secrets';
import type { StripeConnection } from './stripe-client';

/** The account at Stripe, as it is looked at to see what is wrong. */
export interface StripeFacts {
  /** What the secret holds, by its form. */
  mode(): Promise<'test' | 'live' | 'unknown'>;
  account(): Promise<StripeAccountFacts>;
  /** The webhook endpoints at a URL. */
  endpoints(url: string): Promise<readonly WebhookEndpointFacts[]>;
  /** The newest event that counts. */
  newestEvent(): Promise<EventFacts | null>;
}

/** Stripe's own answers; it changes nothing there. */
export class StripeDiagnosis implements StripeFacts {
  constructor(
    private readonly stripe: StripeConnection,
    private readonly secrets: SecretReader,
    private readonly secretKeyArn: string,
  ) {}

  public async mode(): Promise<'test' | 'live' | 'unknown'> {
    const [, mode] = /^(?:sk|rk)_(test|live)_\w+$/.exec(await this.secrets.read(this.secretKeyArn)) ?? [];
    return mode === 'test' || mode === 'live' ? mode : 'unknown';
  }

  public async account(): Promise<StripeAccountFacts> {
    const { id, charges_enabled, lastResponse } = await (await this.stripe.client()).accounts.retrieveCurrent();
    const date = Date.parse(String(lastResponse.headers.date));
    return { id, chargesEnabled: charges_enabled, date: Number.isNaN(date) ? null : new Date(date).toISOString() };
  }

  public async endpoints(url: string): Promise<readonly WebhookEndpointFacts[]> {
    const client = await this.stripe.client();
    const all = await client.webhookEndpoints.list({ limit: 100 }).autoPagingToArray({ limit: 1_000 });
    return all
      .filter((endpoint) => endpoint.url === url)
      .map(({ id, status, api_version, enabled_events }) => ({
        id,
        enabled: status === 'enabled',
        apiVersion: api_version,
        events: enabled_events,
      }));
  }

  public async newestEvent(): Promise<EventFacts | null> {
    const client = await this.stripe.client();
    const { data } = await client.events.list({ types: [...HANDLED_EVENTS], limit: 1 });
    const [event] = data;
    return event === undefined ? null : { type: event.type, created: new Date(event.created * 1000).toISOString() };
  }
}

/** Why something is not known, in a line that holds no part of a key: Stripe's own messages quote its beginning and its end. */
export function reasonOf(error: unknown): string {
  if (error instanceof Stripe.errors.StripeAuthenticationError) {
    return 'Stripe does not know the secret API key';
  }
  if (error instanceof Stripe.errors.StripePermissionError) {
    return 'the API key is a restricted one without the permission to read this';
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replace(/\b(?:sk|rk|whsec)_[\w*]+/g, '(a secret)').replace(/\s+/g, ' ');
}
