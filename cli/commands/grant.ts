import { randomUUID } from 'node:crypto';
import { type Command, Option } from 'commander';
import { type GrantAnswer, MAX_GRANTED_UNITS } from '../../lib/private/operations';
import { CommandError } from '../errors';
import { type Output, plural, printAnswer } from '../output';
import { type TargetOptions, withTarget } from '../target/options';
import { type ByOptions, parseId, wholeNumber, withBy } from './arguments';
import { describeCustomer } from './customer';

interface GrantOptions extends TargetOptions, ByOptions {
  readonly reason: string;
  readonly id?: string;
}

/** `cdk-paywall grant <customer> <units> --reason <text>` */
export function addGrant(program: Command, output: Output): void {
  const command = program
    .command('grant')
    .description('give a customer units that are his to keep, over the end of the period')
    .argument('<customer>', "the customer's id, or Stripe's (cus_…)")
    .argument('<units>', 'how many', wholeNumber(MAX_GRANTED_UNITS))
    .requiredOption('--reason <text>', 'what for: it stands in the ledger')
    .addOption(
      new Option('--id <id>', 'what tells this grant from others: a second one of that id does nothing').argParser(
        parseId,
      ),
    );
  withTarget(withBy(command)).action(async (customer: string, units: number, options: GrantOptions) => {
    const { openTarget } = await import('../target');
    const target = await openTarget(options);
    const { reason, by, id = randomUUID() } = options;
    const given = await target.operate('grant', { customer, units, reason, by, id }).catch((error: unknown) => {
      throw error instanceof CommandError
        ? new CommandError(`${error.message} (to try again without granting twice, add --id ${id})`)
        : error;
    });
    // Of an id that was made up here, a duplicate is this very grant, sent again over a connection that broke.
    const answer: GrantAnswer = options.id === undefined ? { ...given, outcome: 'applied' } : given;
    printAnswer(output, options, answer, () => [describe(answer), '', ...describeCustomer(answer)]);
  });
}

function describe({ outcome, customer, entry }: GrantAnswer): string {
  const units = plural(entry.units ?? 0, 'unit');
  return outcome === 'applied'
    ? `${units} granted to ${customer}: ${entry.id}`
    : `${entry.id} had been granted before, ${units} to ${customer}: nothing has changed`;
}
