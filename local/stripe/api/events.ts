import { invalidRequest } from '../errors';
import { EVENT_DAYS } from '../objects/event';
import type { Store } from '../store';
import { isOfType, withPendingWebhooks } from '../webhook-endpoints';
import { type ApiRequest, listPage, type Route } from './route';

const MOST_TYPES = 20;

export const eventRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/events', handle: listEvents },
  {
    method: 'GET',
    path: '/v1/events/:id',
    handle: ({ context, id }) => withPendingWebhooks(context.store, context.find('event', id)),
  },
];

function listEvents(request: ApiRequest): object {
  const { store } = request.context;
  const types = readTypes(request);
  const delivered = request.params.boolean('delivery_success');
  // One that has yet to be delivered is kept for longer.
  const oldest = request.context.now() - EVENT_DAYS * 86_400;
  const rows = store
    .all('event')
    .filter((event) => event.created > oldest)
    .filter((event) => types.length === 0 || types.some((wanted) => isOfType(event.type, wanted)))
    .filter((event) => delivered === undefined || isDelivered(store, event.id) === delivered);
  const page = listPage(request, rows, ['type', 'types', 'delivery_success']);
  return { ...page, data: page.data.map((event) => withPendingWebhooks(store, event)) };
}

function readTypes({ params }: ApiRequest): string[] {
  const type = params.string('type');
  const types = params.strings('types');
  if (type !== undefined && types.length > 0) {
    throw invalidRequest('Events are listed by type or by types, not by both.', { param: 'types' });
  }
  if (types.length > MOST_TYPES) {
    throw invalidRequest(`types takes at most ${MOST_TYPES} types, got: ${types.length}`, { param: 'types' });
  }
  return type === undefined ? types : [type];
}

/** By every endpoint that was to get it. */
function isDelivered(store: Store, eventId: string): boolean {
  return store.get('delivery', eventId)?.endpoints.every(({ state }) => state === 'delivered') ?? true;
}
