import Stripe from 'stripe';
import { Environment } from '../../lib/private/environment';
import type { KeyMode } from '../domain/api-key';
import type { SecretReader } from './secrets';

/** What objects and events look like, by Stripe's own date and name for it: that of the library. */
export const API_VERSION = '2026-10-28.endive';

/** Stripe's client, made anew when the secret API key has changed. */
export class StripeConnection {
  private current: { readonly key: string; readonly client: Stripe } | undefined;

  constructor(
    private readonly secrets: SecretReader,
    private readonly secretKeyArn: string,
  ) {}

  /** Whether the secret API key is one of Stripe's test mode. */
  public async mode(): Promise<KeyMode> {
    const key = await this.secrets.read(this.secretKeyArn);
    return /^(sk|rk)_test_/.test(key) ? 'test' : 'live';
  }

  public async client(): Promise<Stripe> {
    const key = await this.secrets.read(this.secretKeyArn);
    if (this.current?.key !== key) {
      this.current = { key, client: connect(key) };
    }
    return this.current.client;
  }
}

function connect(key: string): Stripe {
  const base = process.env[Environment.STRIPE_API_BASE];
  const { protocol, hostname, port } = new URL(base ?? 'https://api.stripe.com');
  return new Stripe(key, {
    apiVersion: API_VERSION,
    maxNetworkRetries: 2,
    timeout: 8_000,
    telemetry: false,
    httpClient: Stripe.createNodeHttpClient(),
    ...(base !== undefined && { protocol: protocol === 'http:' ? 'http' : 'https', host: hostname, port }),
  });
}
