import type { Context } from '../context';
import { type ApiRequest, listPage, type Route } from './route';

export const eventRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/events', handle: listEvents },
  { method: 'GET', path: '/v1/events/:id', handle: ({ context, id }) => context.find('event', id) },
];

function listEvents(request: ApiRequest): object {
  const { context, params } = request;
  const type = params.string('type');
  const types = type === undefined ? params.strings('types') : [type];
  const delivered = params.boolean('delivery_success');
  const rows = context.store
    .all('event')
    .filter((event) => types.length === 0 || types.some((wanted) => isOfType(event.type, wanted)))
    .filter((event) => delivered === undefined || isDelivered(context, event.id) === delivered);
  return listPage(request, rows, ['type', 'types', 'delivery_success']);
}

/** A group of types ends in a star, `invoice.*`. */
function isOfType(type: string, wanted: string): boolean {
  return wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
}

function isDelivered(context: Context, eventId: string): boolean {
  return context.store.get('delivery', eventId)?.state === 'delivered';
}
