import { renew } from '../billing/subscriptions';
import type { Lever, LeverPull } from './lever';

export const subscriptionLevers: readonly Lever[] = [
  { path: 'subscriptions/:id/renew', params: ['outcome'], pull: renewNow },
];

function renewNow({ context, id, params }: LeverPull): object {
  const outcome = params.oneOf('outcome', ['paid', 'failed']) ?? 'paid';
  return renew(context, context.find('subscription', id), outcome);
}
