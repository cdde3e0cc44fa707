import type { CheckoutOutcome } from '../../adapters/stripe-checkout';
import { findCheckout, progressOf } from '../../customer/progress';
import { type Usage, usageOf } from '../../customer/usage';
import type { McpCall } from '../dependencies';
import { missingKey } from '../missing-key';
import { failed, structured, type Tool } from '../tool';
import { PAYMENT_STATUS, READS } from './schemas';

const NEXT = {
  open: 'The checkout is not finished. Ask the person to finish it.',
  awaiting_payment: 'The payment is under way. What was bought counts when the bank has confirmed it.',
  crediting: 'Paid, and being credited: that takes some seconds. Ask again.',
  credited: 'Paid, and it counts: send the call again.',
} as const;

export const getPaymentStatus: Tool = {
  definition: {
    name: 'get_payment_status',
    title: 'Show what was paid',
    description:
      'Whether a checkout has been paid and counts, by the checkoutSession that start_checkout gave; without one, what the account has. ' +
      'Free to call.',
    inputSchema: {
      type: 'object',
      additionalProperties: false,
      properties: { checkoutSession: { type: 'string', description: 'cs_…, from start_checkout.' } },
    },
    outputSchema: PAYMENT_STATUS,
    annotations: { ...READS, openWorldHint: true },
  },
  run: async ({ checkoutSession }, call) => {
    const { caller, dependencies } = call;
    if (caller === undefined) {
      return missingKey(call);
    }
    const account = accountOf(usageOf(caller, dependencies.catalogue));
    if (typeof checkoutSession !== 'string') {
      return structured({ account, detail: 'This is what the account has. Nothing is known of a single checkout.' });
    }
    const outcome = await findCheckout(checkoutSession, dependencies);
    if (outcome?.customer !== caller.customer) {
      return failed('This account has no such checkout. start_checkout opens one, and gives its checkoutSession.');
    }
    const status = await statusOf(outcome, call);
    const { plan, topUp } = outcome.metadata;
    return structured({ checkout: { status, purchase: { plan, topUp } }, account, detail: NEXT[status] });
  },
};

async function statusOf(outcome: CheckoutOutcome, { dependencies }: McpCall): Promise<keyof typeof NEXT> {
  return outcome.complete ? progressOf(outcome, dependencies) : 'open';
}

function accountOf({ plan, standing, limit, remaining, included, credits, resetsAt }: Usage) {
  return { plan, standing, limit, remaining, included, credits, resetsAt };
}
