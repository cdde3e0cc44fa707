import { offersOf } from '../../customer/offers';
import { structured, type Tool } from '../tool';
import { NO_ARGUMENTS, OFFERS, READS } from './schemas';

export const listPlans: Tool = {
  definition: {
    name: 'list_plans',
    title: 'List plans and top-ups',
    description:
      'What can be bought: plans, with their quota and price, and top-ups, which are units beside a plan. ' +
      "Amounts are integers in the currency's minor unit. Free to call; needs no API key.",
    inputSchema: NO_ARGUMENTS,
    outputSchema: OFFERS,
    annotations: { ...READS, openWorldHint: false },
  },
  run: async (_args, { dependencies }) => structured(offersOf(dependencies.catalogue)),
};
