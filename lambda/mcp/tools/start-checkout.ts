import { notSold, sellTo } from '../../customer/sell';
import { findOffer } from '../../domain/offer';
import { missingKey } from '../missing-key';
import { failed, structured, type Tool } from '../tool';
import { SUSPENDED } from './payment-context';
import { STARTED } from './schemas';

export const startCheckout: Tool = {
  definition: {
    name: 'start_checkout',
    title: 'Start a checkout',
    description:
      'Opens a checkout for a plan or a top-up that list_plans names, and gives its URL. A person must open it and pay there: ' +
      'nothing is charged by calling this tool.',
    inputSchema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        plan: { type: 'string', description: 'The id of a plan; or else topUp.' },
        topUp: { type: 'string', description: 'The id of a top-up; or else plan.' },
      },
    },
    outputSchema: STARTED,
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  },
  run: async (args, call) => {
    const { caller, dependencies, billingUrl } = call;
    if (caller === undefined) {
      return missingKey(call);
    }
    const offer = findOffer(dependencies.catalogue, args);
    if (offer === undefined) {
      return failed(notSold(dependencies.catalogue));
    }
    const sale = await sellTo(caller, offer, billingUrl, dependencies);
    switch (sale.kind) {
      case 'suspended':
        return failed(SUSPENDED);
      case 'conflict':
        return failed(`${sale.detail} get_payment_context tells what is left.`);
      case 'opened': {
        const { id, url, expiresAt } = sale.checkout;
        const detail = 'Ask the person to open url and pay there. Then get_payment_status tells when it counts.';
        return structured({ url, checkoutSession: id, expiresAt, detail });
      }
    }
  },
};
