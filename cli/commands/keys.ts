import { type Command, Option } from 'commander';
import { type KeyLine, MAX_KEY_LIFETIME, MAX_OVERLAP } from '../../lib/private/operations';
import { type Output, plural, printAnswer, table, time } from '../output';
import { type TargetOptions, withTarget } from '../target/options';
import { type ByOptions, duration, withBy } from './arguments';

type ChangeOptions = TargetOptions & ByOptions;

const CUSTOMER = ['<customer>', "the customer's id, or Stripe's (cus_…)"] as const;
const KEY = ['<key>', "the key's id"] as const;

/** How long a rotated key is served yet: a day. */
const OVERLAP = 86_400;

/** `cdk-paywall keys …` */
export function addKeys(program: Command, output: Output): void {
  const keys = program.command('keys').description("customers' API keys: list, create, rotate, revoke");
  addList(keys, output);
  addCreate(keys, output);
  addRotate(keys, output);
  addRevoke(keys, output);
}

function addList(keys: Command, output: Output): void {
  const command = keys
    .command('list')
    .description("list a customer's keys: never their texts, which are stored nowhere")
    .argument(...CUSTOMER);
  withTarget(command).action(async (customer: string, options: TargetOptions) => {
    const { openTarget } = await import('../target');
    const target = await openTarget(options);
    const answer = await target.operate('keys', { customer });
    printAnswer(output, options, answer, () => keysTable(answer.keys));
  });
}

function addCreate(keys: Command, output: Output): void {
  const command = keys
    .command('create')
    .description('make one more key for a customer, whose text is printed once')
    .argument(...CUSTOMER)
    .requiredOption('--name <name>', 'what it is called')
    .addOption(
      new Option('--expires <time>', 'for how long it is served, as 90d (default: it does not expire)').argParser(
        duration(MAX_KEY_LIFETIME),
      ),
    );
  type Options = ChangeOptions & { name: string; expires?: number };
  withTarget(withBy(command)).action(async (customer: string, options: Options) => {
    const { openTarget } = await import('../target');
    const target = await openTarget(options);
    const { name, expires: lifetime, by } = options;
    const answer = await target.operate('createKey', { customer, name, lifetime, by });
    printAnswer(output, options, answer, () => [answer.apiKey]);
    if (!options.json) {
      output.complain(`key ${answer.key.id} of customer ${answer.customer}: its text is shown this once`);
    }
  });
}

function addRotate(keys: Command, output: Output): void {
  const command = keys
    .command('rotate')
    .description('make a key in place of another, and print its text once')
    .argument(...CUSTOMER)
    .argument(...KEY)
    .addOption(
      new Option('--overlap <time>', 'for how long the old one is served yet')
        .default(OVERLAP, '24h')
        .argParser(duration(MAX_OVERLAP)),
    );
  withTarget(withBy(command)).action(
    async (customer: string, keyId: string, options: ChangeOptions & { overlap: number }) => {
      const { openTarget } = await import('../target');
      const target = await openTarget(options);
      const { overlap, by } = options;
      const answer = await target.operate('rotateKey', { customer, keyId, overlap, by });
      printAnswer(output, options, answer, () => [answer.apiKey]);
      if (!options.json) {
        const rest = overlap === 0 ? 'which is served no more' : `which is served for ${plural(overlap, 'second')} yet`;
        output.complain(`key ${answer.key.id} in place of ${keyId}, ${rest}: its text is shown this once`);
      }
    },
  );
}

function addRevoke(keys: Command, output: Output): void {
  const command = keys
    .command('revoke')
    .description('take a key away for good')
    .argument(...CUSTOMER)
    .argument(...KEY)
    .option('--now', 'also from those who hold leased units for it: the authorizer begins anew', false);
  withTarget(withBy(command)).action(
    async (customer: string, keyId: string, options: ChangeOptions & { now: boolean }) => {
      const { openTarget } = await import('../target');
      const target = await openTarget(options);
      const answer = await target.operate('revokeKey', { customer, keyId, now: options.now, by: options.by });
      const said = answer.outcome === 'applied' ? 'is revoked' : 'was revoked already';
      const bound = answer.everywhere
        ? 'it is refused everywhere'
        : 'a busy caller is refused once his lease has ended';
      printAnswer(output, options, answer, () => [`key ${keyId} of customer ${answer.customer} ${said}: ${bound}`]);
    },
  );
}

/** Keys, for people. */
export function keysTable(keys: readonly KeyLine[]): string[] {
  const columns = [{ title: 'key' }, { title: 'created (UTC)' }, { title: 'state' }, { title: 'name' }];
  const rows = keys.map((key) => [key.id, time(key.createdAt), stateOf(key), key.name]);
  return rows.length > 0 ? table(columns, rows) : ['no keys'];
}

function stateOf({ active, expiresAt, revokedAt }: KeyLine): string {
  if (revokedAt !== null) {
    return `revoked ${time(revokedAt)}`;
  }
  if (expiresAt !== null) {
    return `${active ? 'until' : 'expired'} ${time(expiresAt)}`;
  }
  return active ? 'active' : 'not in use';
}
