import { randomUUID } from 'node:crypto';
import { type Command, Option } from 'commander';
import {
  type ChangeLine,
  type CustomerAnswer,
  type CustomersAnswer,
  type ListedCustomer,
  MAX_LISTED_CUSTOMERS,
  SHOWN_DAYS,
  type UsedDay,
} from '../../lib/private/operations';
import { CommandError } from '../errors';
import { list, number, type Output, printAnswer, table, time } from '../output';
import { type TargetOptions, withTarget } from '../target/options';
import { type ByOptions, parseId, wholeNumber, withBy } from './arguments';
import { describeCustomer, describeStanding } from './customer';
import { addDelete } from './delete-customer';
import { keysTable } from './keys';

type ChangeOptions = TargetOptions & ByOptions;

const CUSTOMER = ['<customer>', "the customer's id, or Stripe's (cus_…)"] as const;

/** `cdk-paywall customers …` */
export function addCustomers(program: Command, output: Output): void {
  const customers = program
    .command('customers')
    .description('who calls: list, show, create, suspend, resume, move, delete');
  addList(customers, output);
  addShow(customers, output);
  addCreate(customers, output);
  addSuspend(customers, output);
  addResume(customers, output);
  addMove(customers, output);
  addDelete(customers, output);
}

function addList(customers: Command, output: Output): void {
  const command = customers
    .command('list')
    .description('list customers, in no order; it reads all of the table up to there')
    .addOption(new Option('--limit <customers>', 'how many').default(50).argParser(wholeNumber(MAX_LISTED_CUSTOMERS)))
    .option('--after <customer>', 'only those behind this one');
  withTarget(command).action(async (options: TargetOptions & { limit: number; after?: string }) => {
    const { openTarget } = await import('../target');
    const target = await openTarget(options);
    const { limit, after } = options;
    const answer = await target.operate('customers', { limit, after });
    printAnswer(output, options, answer, () => describeList(answer));
  });
}

function addShow(customers: Command, output: Output): void {
  const command = customers
    .command('show')
    .description('show a customer, his keys, what he has used, and what was changed of him last')
    .argument(...CUSTOMER);
  withTarget(command).action(async (customer: string, options: TargetOptions) => {
    const { openTarget } = await import('../target');
    const target = await openTarget(options);
    const answer = await target.operate('customer', { customer });
    printAnswer(output, options, answer, () => describeAll(answer));
  });
}

function addCreate(customers: Command, output: Output): void {
  const command = customers
    .command('create')
    .description('make a customer with a first key, whose text is printed once')
    .option('--plan <plan>', 'what he is on, without a payment (default: the default plan)')
    .option('--name <name>', 'what the key is called', 'first key');
  withTarget(withBy(command)).action(async (options: ChangeOptions & { plan?: string; name: string }) => {
    const { openTarget } = await import('../target');
    const target = await openTarget(options);
    const { plan, name, by } = options;
    const answer = await target.operate('open', { plan, name, by });
    printAnswer(output, options, answer, () => [answer.apiKey]);
    if (!options.json) {
      output.complain(
        `customer ${answer.customer} on plan ${answer.plan}, key ${answer.key.id}: its text is shown this once`,
      );
    }
  });
}

function addSuspend(customers: Command, output: Output): void {
  const command = customers
    .command('suspend')
    .description('have a customer refused with 403, whatever he pays')
    .argument(...CUSTOMER)
    .requiredOption('--reason <text>', 'why: it is written down');
  withTarget(withBy(command)).action(async (customer: string, options: ChangeOptions & { reason: string }) => {
    const { openTarget } = await import('../target');
    const target = await openTarget(options);
    const answer = await target.operate('suspend', { customer, reason: options.reason, by: options.by });
    const said = answer.outcome === 'applied' ? 'is suspended' : 'was suspended already';
    printAnswer(output, options, answer, () => [`${answer.customer} ${said}`, '', ...describeCustomer(answer)]);
  });
}

function addResume(customers: Command, output: Output): void {
  const command = customers
    .command('resume')
    .description('give a suspended customer back the standing that he had')
    .argument(...CUSTOMER);
  withTarget(withBy(command)).action(async (customer: string, options: ChangeOptions) => {
    const { openTarget } = await import('../target');
    const target = await openTarget(options);
    const answer = await target.operate('resume', { customer, by: options.by });
    const said = answer.outcome === 'applied' ? 'is served again' : 'is not suspended';
    printAnswer(output, options, answer, () => [`${answer.customer} ${said}`, '', ...describeCustomer(answer)]);
  });
}

function addMove(customers: Command, output: Output): void {
  const command = customers
    .command('move')
    .description('put a customer on another plan, without a payment and with the same keys')
    .argument(...CUSTOMER)
    .requiredOption('--plan <plan>', 'which')
    .option('--force', 'also one whose plan comes from a subscription at Stripe, until that changes', false)
    .addOption(
      new Option('--id <id>', 'what tells this move from others: a second one of that id does nothing').argParser(
        parseId,
      ),
    );
  type Options = ChangeOptions & { plan: string; force: boolean; id?: string };
  withTarget(withBy(command)).action(async (customer: string, options: Options) => {
    const { openTarget } = await import('../target');
    const target = await openTarget(options);
    const { plan, force, by, id = randomUUID() } = options;
    const answer = await target.operate('move', { customer, plan, force, by, id }).catch((error: unknown) => {
      throw error instanceof CommandError
        ? new CommandError(`${error.message} (to try again without moving twice, add --id ${id})`)
        : error;
    });
    const said = answer.outcome === 'applied' ? `is on plan ${answer.plan}` : `was moved before: nothing has changed`;
    printAnswer(output, options, answer, () => [`${answer.customer} ${said}`, '', ...describeCustomer(answer)]);
  });
}

function describeList({ customers, after }: CustomersAnswer): string[] {
  const columns = [
    { title: 'customer' },
    { title: 'plan' },
    { title: 'included', align: 'right' },
    { title: 'credits', align: 'right' },
    { title: 'created (UTC)' },
    { title: 'standing' },
  ] as const;
  const row = (one: ListedCustomer) => [
    one.customer,
    one.plan,
    one.included === null ? 'no limit' : number(one.included),
    number(one.credits),
    one.createdAt === null ? '' : time(one.createdAt),
    describeStanding(one),
  ];
  return [
    ...(customers.length > 0 ? table(columns, customers.map(row)) : ['no customers']),
    ...(after === null ? [] : ['', `there are more: --after ${after}`]),
  ];
}

function describeAll(answer: CustomerAnswer): string[] {
  const { createdAt, stripeCustomer, subscription, keys, history, changes } = answer;
  return [
    ...describeCustomer(answer),
    ...list([
      ['created ', createdAt === null ? 'unknown' : `${time(createdAt)} UTC`],
      ['Stripe', [stripeCustomer, subscription].filter((id) => id !== null).join(', ') || 'unknown there'],
    ]),
    '',
    ...keysTable(keys),
    '',
    ...historyTable(history),
    '',
    ...changesTable(changes),
  ];
}

function historyTable(history: readonly UsedDay[]): string[] {
  const columns = [{ title: 'day (UTC)' }, { title: 'units', align: 'right' }, { title: 'of that' }] as const;
  const rows = history.map(({ date, units, routes }) => {
    const most = Object.entries(routes).sort(([, one], [, other]) => other - one);
    return [date, number(units), most.map(([route, used]) => `${route}: ${number(used)}`).join(', ')];
  });
  return rows.length > 0 ? table(columns, rows) : [`nothing used in the last ${SHOWN_DAYS} days`];
}

function changesTable(changes: readonly ChangeLine[]): string[] {
  const columns = [
    { title: 'time (UTC)' },
    { title: 'who' },
    { title: 'from' },
    { title: 'what' },
    { title: 'outcome' },
    { title: 'details' },
  ];
  const rows = changes.map(({ at, who, from, what, outcome, details }) => {
    const all = Object.entries(details).map(([name, value]) => `${name}=${value}`);
    return [time(at), who, from, what, outcome ?? 'not known', all.join(' ')];
  });
  return rows.length > 0 ? table(columns, rows) : ['no changes'];
}
