import { type ImportAnswer, type ImportedRow, MAX_IMPORTED_ROWS, MAX_KEY_NAME } from '../../lib/private/operations';
import { isKeyCustomer } from '../domain/api-key';
import { type Balance, findPlan } from '../domain/balance';
import type { EpochSeconds } from '../domain/clock';
import { CustomerDeletedError } from '../domain/customers';
import {
  type ForeignKey,
  type ImportOutcome,
  importKey,
  importTogether,
  type KeyImportDependencies,
  MAX_OPENED,
} from '../domain/key-import';
import { auditOf } from './actor';
import { type OperationsDependencies, RefusedError } from './dependencies';
import { type Asked, requireLine, requirePlan } from './validation';

/** What is under way at once: groups of keys, or single ones. */
const PARALLEL = 32;

/** SHA-256 as base64url. */
const HASH = /^[\w-]{43}$/;

/** Makes keys that were made elsewhere customers' of this paywall. One that is refused keeps no other from it. */
export async function importKeys(
  { rows, by }: Asked<'import'>,
  dependencies: OperationsDependencies,
): Promise<ImportAnswer> {
  if (!Array.isArray(rows) || rows.length < 1 || rows.length > MAX_IMPORTED_ROWS) {
    throw new RefusedError(`\`rows\` must be 1 to ${MAX_IMPORTED_ROWS} rows`);
  }
  const { imports, keys, catalogue, accepts, newLinkSecret } = dependencies;
  if (!accepts.imported) {
    throw new RefusedError(
      'no imported key opens this API: deploy it with `Identity.apiKeys({ imported: true })` first',
    );
  }
  const into: KeyImportDependencies = {
    imports,
    keys,
    balance: (customer) => balanceOf(customer, dependencies),
    audit: auditOf(by, dependencies),
    defaultPlan: findPlan(catalogue, catalogue.defaultPlan),
    newLinkSecret,
  };
  const now = dependencies.clock();
  const read = rows.map((row) => readRow(row, now, dependencies));
  const wanted = read.filter((row): row is ForeignKey => !('refused' in row));
  const outcomes = new Map<ForeignKey, ImportOutcome>();
  await each(groupsOf(distinct(wanted), MAX_OPENED), async (group) => {
    for (const [key, outcome] of await importTogether(group, now, into)) {
      outcomes.set(key, outcome);
    }
  });
  await each(lanesOf(wanted.filter((key) => !outcomes.has(key))), async (lane) => {
    for (const key of lane) {
      outcomes.set(key, await importUnlessDeleted(key, now, into));
    }
  });
  return {
    rows: read.map((row): ImportedRow => {
      const outcome = 'refused' in row ? undefined : outcomes.get(row);
      const reason = 'refused' in row ? row.refused : outcome?.kind === 'refused' ? outcome.reason : null;
      return { outcome: outcome?.kind ?? 'refused', reason };
    }),
  };
}

/** A customer who was deleted is not made anew by an old file. */
async function importUnlessDeleted(
  key: ForeignKey,
  now: EpochSeconds,
  dependencies: KeyImportDependencies,
): Promise<ImportOutcome> {
  try {
    return await importKey(key, now, dependencies);
  } catch (error) {
    if (error instanceof CustomerDeletedError) {
      return { kind: 'refused', reason: error.message };
    }
    throw error;
  }
}

/** Asked before anything is written of a key. */
async function balanceOf(
  customer: string,
  { customers, deletions }: OperationsDependencies,
): Promise<Balance | undefined> {
  const balance = await customers.balance(customer);
  if (balance === undefined && (await deletions.find(customer)) !== undefined) {
    throw new CustomerDeletedError(customer);
  }
  return balance;
}

/** Sees to so many at once. */
async function each<Job>(jobs: readonly Job[], see: (job: Job) => Promise<void>): Promise<void> {
  const left = [...jobs];
  const work = async () => {
    for (let job = left.pop(); job !== undefined; job = left.pop()) {
      await see(job);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
}

/** Each key once, as a second row of it is to find what the first has made. */
function distinct(keys: readonly ForeignKey[]): ForeignKey[] {
  return [...new Map(keys.toReversed().map((key) => [nameOf(key), key])).values()];
}

function nameOf({ hash }: ForeignKey): string {
  return Buffer.from(hash).toString('base64url');
}

function groupsOf<Member>(members: readonly Member[], size: number): Member[][] {
  const count = Math.ceil(members.length / size);
  return Array.from({ length: count }, (_, index) => members.slice(index * size, (index + 1) * size));
}

/** The keys of one customer follow on each other, as each writes his balance, and so do rows of one key; all others go side by side. */
function lanesOf(keys: readonly ForeignKey[]): ForeignKey[][] {
  const lanes = new Map<string, ForeignKey[]>();
  for (const key of keys) {
    const name = key.customer ?? nameOf(key);
    lanes.set(name, [...(lanes.get(name) ?? []), key]);
  }
  return [...lanes.values()];
}

function readRow(row: unknown, now: number, dependencies: OperationsDependencies): ForeignKey | { refused: string } {
  try {
    return toKey(row, now, dependencies);
  } catch (error) {
    if (error instanceof RefusedError) {
      return { refused: error.message };
    }
    throw error;
  }
}

function toKey(row: unknown, now: number, { catalogue }: OperationsDependencies): ForeignKey {
  const { hash, name, customer, plan, expiresAt } = Object(row);
  if (typeof hash !== 'string' || !HASH.test(hash)) {
    // What it is instead is not said: it may be a key.
    throw new RefusedError('`hash` must be the SHA-256 of the key, base64url');
  }
  requireLine('name', name, MAX_KEY_NAME);
  if (customer !== undefined && !isKeyCustomer(String(customer))) {
    throw new RefusedError(`\`customer\` must be 14 letters and digits, got: ${JSON.stringify(customer)}`);
  }
  const expiry = expiresAt === undefined ? undefined : Math.floor(Date.parse(String(expiresAt)) / 1000);
  if (expiry !== undefined && !(expiry > now)) {
    throw new RefusedError(`it has expired, on ${JSON.stringify(expiresAt)}`);
  }
  return {
    hash: Buffer.from(hash, 'base64url'),
    name,
    customer,
    plan: plan === undefined ? undefined : requirePlan(plan, catalogue),
    expiresAt: expiry,
  };
}
