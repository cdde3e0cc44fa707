import { type ImportAnswer, type ImportedRow, MAX_IMPORTED_ROWS, MAX_KEY_NAME } from '../../lib/private/operations';
import { isKeyCustomer } from '../domain/api-key';
import { type Balance, findPlan } from '../domain/balance';
import { type ForeignKey, importKey, type KeyImportDependencies } from '../domain/key-import';
import { auditOf } from './actor';
import { type OperationsDependencies, RefusedError } from './dependencies';
import { type Asked, requireLine, requirePlan } from './validation';

/** Rows that are seen to at once. */
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
  const { imports, keys, catalogue, newLinkSecret } = dependencies;
  const into: KeyImportDependencies = {
    imports,
    keys,
    balance: (customer) => balanceOf(customer, dependencies),
    audit: auditOf(by, dependencies),
    defaultPlan: findPlan(catalogue, catalogue.defaultPlan),
    newLinkSecret,
  };
  const outcomes: ImportedRow[] = new Array(rows.length);
  const lanes = lanesOf(rows);
  const work = async () => {
    for (let lane = lanes.pop(); lane !== undefined; lane = lanes.pop()) {
      for (const index of lane) {
        outcomes[index] = await importRow(rows[index], into, dependencies);
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return { rows: outcomes };
}

/** A customer who was deleted is not made anew by an old file. */
async function balanceOf(
  customer: string,
  { customers, deletions }: OperationsDependencies,
): Promise<Balance | undefined> {
  const balance = await customers.balance(customer);
  if (balance === undefined && (await deletions.find(customer)) !== undefined) {
    throw new RefusedError(`customer ${customer} was deleted`);
  }
  return balance;
}

/** The rows of one customer follow on each other, as each writes his balance; all others go side by side. */
function lanesOf(rows: readonly unknown[]): number[][] {
  const lanes = new Map<unknown, number[]>();
  rows.forEach((row, index) => {
    const { customer = index } = Object(row);
    lanes.set(customer, [...(lanes.get(customer) ?? []), index]);
  });
  return [...lanes.values()];
}

async function importRow(
  row: unknown,
  into: KeyImportDependencies,
  dependencies: OperationsDependencies,
): Promise<ImportedRow> {
  try {
    const now = dependencies.clock();
    const outcome = await importKey(readRow(row, now, dependencies), now, into);
    return { outcome: outcome.kind, reason: outcome.kind === 'refused' ? outcome.reason : null };
  } catch (error) {
    if (error instanceof RefusedError) {
      return { outcome: 'refused', reason: error.message };
    }
    throw error;
  }
}

function readRow(row: unknown, now: number, { catalogue }: OperationsDependencies): ForeignKey {
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
