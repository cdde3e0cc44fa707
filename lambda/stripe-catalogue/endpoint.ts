import type Stripe from 'stripe';
import type { SigningSecret } from '../adapters/secrets-manager-signing-secret';
import { API_VERSION } from '../adapters/stripe-client';
import { isOfStack, once, type Sync } from './sync';

/**
 * Brings the webhook endpoint at Stripe to where the API is. Stripe tells its signing secret once, when it is made: so an endpoint is
 * marked when its secret is kept, and one that is marked is left, unless its URL or its API version is another, which cannot be
 * changed. A run that has ended in between is repeated with the same idempotency key, and is told the same secret.
 */
export async function syncEndpoint(sync: Sync, url: string, signingSecret: SigningSecret): Promise<void> {
  const { client, wanted } = sync;
  const enabled_events = wanted.events as Stripe.WebhookEndpointCreateParams.EnabledEvent[];
  const endpoints = await ownEndpoints(sync);
  // The secret of another stack's is where that one keeps it.
  const kept = endpoints.find(
    (endpoint) =>
      endpoint.url === url &&
      endpoint.api_version === API_VERSION &&
      endpoint.metadata.secret === 'kept' &&
      isOfStack(sync, endpoint),
  );
  if (kept !== undefined) {
    if (kept.status !== 'enabled' || !sameEvents(kept.enabled_events, wanted.events)) {
      await client.webhookEndpoints.update(
        kept.id,
        { enabled_events, disabled: false },
        once(sync, `endpoint/${kept.id}`),
      );
    }
    await removeEndpoints(sync, kept.id);
    return;
  }
  const made = await client.webhookEndpoints.create(
    {
      url,
      enabled_events,
      api_version: API_VERSION,
      description: 'Restores quota when a payment comes in',
      metadata: { paywall: wanted.paywallId, stack: sync.stack },
    },
    once(sync, `endpoint/${url}`),
  );
  if (made.secret === undefined) {
    throw new Error('Stripe has told no signing secret of the webhook endpoint');
  }
  await signingSecret.rotate(made.secret);
  await client.webhookEndpoints.update(made.id, { metadata: { secret: 'kept' } }, once(sync, `kept/${made.id}`));
  await removeEndpoints(sync, made.id);
}

/** All of this paywall's but one, also those that a run has left which ended early. */
export async function removeEndpoints(sync: Sync, kept?: string): Promise<void> {
  for (const { id } of await ownEndpoints(sync)) {
    if (id !== kept) {
      await sync.client.webhookEndpoints.del(id);
    }
  }
}

/** Those that the stack itself has made, and that no other has made anew. */
export async function removeEndpointsOfStack(sync: Sync): Promise<void> {
  for (const endpoint of await ownEndpoints(sync)) {
    if (isOfStack(sync, endpoint)) {
      await sync.client.webhookEndpoints.del(endpoint.id);
    }
  }
}

async function ownEndpoints({ client, wanted }: Sync): Promise<Stripe.WebhookEndpoint[]> {
  const endpoints = await client.webhookEndpoints.list({ limit: 100 }).autoPagingToArray({ limit: 1_000 });
  return endpoints.filter(({ metadata }) => metadata.paywall === wanted.paywallId);
}

function sameEvents(left: readonly string[], right: readonly string[]): boolean {
  return [...left].sort().join() === [...right].sort().join();
}
