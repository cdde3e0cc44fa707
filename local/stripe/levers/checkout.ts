import { settleCheckout } from '../billing/async-checkout';
import type { Lever, LeverPull } from './lever';

export const checkoutLevers: readonly Lever[] = [
  { path: 'checkout/sessions/:id/settle', params: ['outcome'], pull: settle },
];

function settle({ context, id, params }: LeverPull): object {
  const outcome = params.oneOf('outcome', ['paid', 'failed']) ?? 'paid';
  return settleCheckout(context, context.find('checkout.session', id), outcome);
}
