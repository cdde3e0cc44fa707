import type { Command } from 'commander';
import { Option } from 'commander';
import { type LedgerAnswer, type LedgerLine, MAX_LEDGER_ENTRIES } from '../../lib/private/operations';
import { change, type Output, printAnswer, table, time } from '../output';
import { type TargetOptions, withTarget } from '../target/options';
import { wholeNumber } from './arguments';
import { describeCustomer } from './customer';

interface LedgerOptions extends TargetOptions {
  readonly limit: number;
  readonly before?: string;
}

/** `cdk-paywall ledger <customer>` */
export function addLedger(program: Command, output: Output): void {
  withTarget(
    program
      .command('ledger')
      .description('show what a customer has, and what was entered for him, in the order of time')
      .argument('<customer>', "the customer's id, or Stripe's (cus_…)")
      .addOption(
        new Option('--limit <entries>', 'how many of the newest entries')
          .default(50)
          .argParser(wholeNumber(MAX_LEDGER_ENTRIES)),
      )
      .option('--before <entry>', 'only what is older than this entry'),
  ).action(async (customer: string, options: LedgerOptions) => {
    const { openTarget } = await import('../target');
    const target = await openTarget(options);
    const { limit, before } = options;
    const answer = await target.operate('ledger', { customer, limit, before });
    printAnswer(output, options, answer, () => describe(answer));
  });
}

function describe(answer: LedgerAnswer): string[] {
  const { entries, before } = answer;
  const columns = [
    { title: 'time (UTC)' },
    { title: 'units', align: 'right' },
    { title: 'what' },
    { title: 'note' },
    { title: 'entry' },
  ] as const;
  const rows = entries.map((entry) => [
    time(entry.createdAt),
    entry.units === null ? 'no limit' : change(entry.units),
    KINDS[entry.kind] ?? entry.kind,
    note(entry),
    entry.id,
  ]);
  return [
    ...describeCustomer(answer),
    '',
    ...(rows.length > 0 ? table(columns, rows) : ['no entries']),
    ...(before === null ? [] : ['', `there are older ones: --before ${before}`]),
  ];
}

const KINDS: Partial<Record<LedgerLine['kind'], string>> = { top_up: 'purchase' };

function note({ plan, reason, by, state }: LedgerLine): string {
  const who = by === null ? '' : `(${by})`;
  return [state === 'applied' ? '' : state, plan ?? '', reason ?? '', who].filter((part) => part !== '').join(' ');
}
