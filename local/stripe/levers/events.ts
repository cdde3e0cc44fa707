import { withPendingWebhooks } from '../webhook-endpoints';
import type { Lever, LeverPull } from './lever';

export const eventLevers: readonly Lever[] = [
  { path: 'events/:id/redeliver', params: ['webhook_endpoint'], pull: redeliver },
];

function redeliver({ account, context, id, params }: LeverPull): object {
  const event = context.find('event', id);
  const endpoint = params.string('webhook_endpoint');
  account.deliver(
    event,
    endpoint === undefined ? undefined : [context.find('webhook_endpoint', endpoint, 'webhook_endpoint').id],
  );
  return withPendingWebhooks(context.store, event);
}
