import Stripe from 'stripe';
import { invalidRequest, parameterMissing, parameterNotServed } from '../errors';
import type { Params } from '../form';
import { newId } from '../ids';
import { type ApiRequest, listPage, type Route } from './route';

/** What Stripe allows an account in test mode. */
const MOST = 16;
const EVENT_TYPE = /^(\*|[a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?)$/;

export const webhookEndpointRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/webhook_endpoints', handle: createEndpoint },
  {
    method: 'GET',
    path: '/v1/webhook_endpoints',
    handle: (request) => listPage(request, request.context.store.all('webhook_endpoint')),
  },
  {
    method: 'GET',
    path: '/v1/webhook_endpoints/:id',
    handle: ({ context, id }) => context.find('webhook_endpoint', id),
  },
  { method: 'POST', path: '/v1/webhook_endpoints/:id', handle: updateEndpoint },
  { method: 'DELETE', path: '/v1/webhook_endpoints/:id', handle: deleteEndpoint },
];

/** The one answer that holds the signing secret. */
function createEndpoint({ context, params }: ApiRequest): object {
  params.only(['url', 'enabled_events', 'api_version', 'description', 'metadata'], ['connect']);
  if (params.boolean('connect') === true) {
    throw parameterNotServed('connect (but false)');
  }
  if (context.store.all('webhook_endpoint').length >= MOST) {
    throw invalidRequest(`There are ${MOST} webhook endpoints already, which is as many as test mode has.`);
  }
  const endpoint: Stripe.WebhookEndpoint = {
    id: newId('we_'),
    object: 'webhook_endpoint',
    api_version: readVersion(params),
    application: null,
    created: context.now(),
    description: params.string('description') ?? null,
    enabled_events: readEvents(params),
    livemode: false,
    metadata: params.metadata(),
    status: 'enabled',
    url: readUrl(params),
  };
  const secret = newId('whsec_', 32);
  context.store.put('webhook_endpoint', endpoint);
  context.store.put('webhook_secret', { id: endpoint.id, secret });
  return { ...endpoint, secret };
}

function updateEndpoint({ context, id, params }: ApiRequest): object {
  params.only(['url', 'enabled_events', 'disabled', 'description', 'metadata']);
  const endpoint = context.find('webhook_endpoint', id);
  const disabled = params.boolean('disabled') ?? endpoint.status === 'disabled';
  const changed: Stripe.WebhookEndpoint = {
    ...endpoint,
    description: params.has('description') ? (params.string('description') ?? null) : endpoint.description,
    enabled_events: params.has('enabled_events') ? readEvents(params) : endpoint.enabled_events,
    metadata: params.metadata(endpoint.metadata),
    status: disabled ? 'disabled' : 'enabled',
    url: params.has('url') ? readUrl(params) : endpoint.url,
  };
  context.store.put('webhook_endpoint', changed);
  return changed;
}

function deleteEndpoint({ context, id, params }: ApiRequest): object {
  params.only();
  context.find('webhook_endpoint', id);
  context.store.remove('webhook_endpoint', id);
  context.store.remove('webhook_secret', id);
  const deleted: Stripe.DeletedWebhookEndpoint = { id, object: 'webhook_endpoint', deleted: true };
  return deleted;
}

/** Any endpoint on this machine is reached, with TLS or without; Stripe takes public ones only. */
function readUrl(params: Params): string {
  const url = params.url('url');
  if (url === undefined) {
    throw parameterMissing('url');
  }
  return url;
}

function readEvents(params: Params): string[] {
  const events = params.strings('enabled_events');
  if (events.length === 0) {
    throw parameterMissing('enabled_events');
  }
  const unknown = events.find((event) => !EVENT_TYPE.test(event));
  if (unknown !== undefined) {
    throw invalidRequest(`Invalid event type: ${unknown}`, { param: 'enabled_events' });
  }
  return events;
}

/** Events are written in one version only. */
function readVersion(params: Params): string | null {
  const version = params.string('api_version') ?? null;
  if (version !== null && version !== Stripe.API_VERSION) {
    throw parameterNotServed(`api_version (but ${Stripe.API_VERSION})`);
  }
  return version;
}
