import type { Command } from 'commander';
import type { DeleteAnswer } from '../../lib/private/operations-deletion';
import { type Output, printAnswer, time } from '../output';
import { type TargetOptions, withTarget } from '../target/options';
import { type ByOptions, withBy } from './arguments';

interface DeleteOptions extends TargetOptions, ByOptions {
  readonly reason?: string;
  readonly force: boolean;
}

/** `cdk-paywall customers delete <customer>` */
export function addDelete(customers: Command, output: Output): void {
  const command = customers
    .command('delete')
    .description('delete a customer and his keys for good; his ledger stays, under his id')
    .argument('<customer>', "the customer's id, or Stripe's (cus_…)")
    .option('--reason <text>', 'why: it is written down, and stays; name nobody')
    .option('--force', 'also one whose subscription goes on at Stripe', false);
  withTarget(withBy(command)).action(async (customer: string, options: DeleteOptions) => {
    const { openTarget } = await import('../target');
    const target = await openTarget(options);
    const { reason, force, by } = options;
    const answer = await target.operate('delete', { customer, reason, force, by });
    printAnswer(output, options, answer, () => describe(answer));
  });
}

function describe({ customer, outcome, deletedAt, stripeCustomer, subscription }: DeleteAnswer): string[] {
  const said = outcome === 'deleted' ? 'is deleted' : `was deleted already, ${time(deletedAt)} UTC`;
  const goesOn = subscription === null ? '' : ` and ends ${subscription}, which is paid for until then`;
  return [
    `${customer} ${said}`,
    ...(stripeCustomer === null
      ? []
      : [
          `at Stripe he is ${stripeCustomer} yet: \`stripe customers delete ${stripeCustomer}\` deletes him there${goesOn}`,
        ]),
  ];
}
