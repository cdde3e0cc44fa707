import { usageOf } from '../../customer/usage';
import type { PaymentReason } from '../../domain/charge';
import { paymentRequired } from '../../domain/payment-required';
import type { McpCall } from '../dependencies';
import { missingKey } from '../missing-key';
import { structured, type Tool } from '../tool';
import { CONTEXT, NO_ARGUMENTS, READS } from './schemas';

export const getPaymentContext: Tool = {
  definition: {
    name: 'get_payment_context',
    title: 'Show plan and quota',
    description:
      "The caller's plan, its standing, the units that are left, when more come, what is recommended, and a link by which a person pays. " +
      'Free to call: it spends no quota.',
    inputSchema: NO_ARGUMENTS,
    outputSchema: CONTEXT,
    annotations: { ...READS, openWorldHint: false },
  },
  run: async (_args, call) => {
    const { caller, dependencies } = call;
    if (caller === undefined) {
      return missingKey(call);
    }
    const usage = usageOf(caller, dependencies.catalogue);
    if (usage.standing === 'suspended') {
      return structured({ ...usage, checkoutUrl: null, detail: SUSPENDED });
    }
    const { checkoutUrl = null, ...refusal } = nextRefusal(caller, call);
    const { recommendation } = refusal as { recommendation?: unknown };
    return structured({ ...usage, checkoutUrl, recommendation, detail: detailOf(usage.remaining, checkoutUrl) });
  },
};

export const SUSPENDED =
  'This account is suspended. Nothing is served or sold to it, and no payment lifts that: contact whoever runs this API.';

/** What a call of one unit would be told that is refused: the link, and what helps best. */
function nextRefusal({ customer, balance }: NonNullable<McpCall['caller']>, call: McpCall) {
  const { catalogue, clock } = call.dependencies;
  const now = clock();
  const isOverdue = balance.standing === 'grace' && now >= (balance.graceEndsAt ?? 0);
  const reason: PaymentReason = isOverdue ? 'payment_failed' : 'quota_exhausted';
  const { requestId, billingUrl } = call;
  return paymentRequired(catalogue, { customer, balance, reason, cost: 1, requestId, billingUrl, now }).body;
}

function detailOf(remaining: number | null, checkoutUrl: string | null): string {
  if (remaining === null || remaining > 0) {
    return 'Calls are served. Nothing needs to be paid now.';
  }
  return checkoutUrl === null
    ? 'No units are left, and nothing is sold that would help: units come back at resetsAt.'
    : 'No units are left. Ask the person to open checkoutUrl and pay there; the next call is served after that.';
}
