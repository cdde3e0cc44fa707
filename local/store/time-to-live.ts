import type { Item } from './attribute-value';
import type { Database, Write } from './database';
import { validationException } from './errors';
import type { Table } from './table';
import { validate } from './validate';

/** DynamoDB leaves what expired longer ago than this, taking it for a mistake. */
const OLDEST_EXPIRY_SECONDS = 5 * 365 * 86_400;

export function updateTimeToLive(database: Database, input: unknown) {
  const { TableName } = validate.describeTable(input);
  const table = database.table(TableName);
  const specification = specificationOf(input);
  const current = table.timeToLiveAttribute;
  if (current === undefined && !specification.Enabled) throw validationException('TimeToLive is already disabled');
  if (current !== undefined && current !== specification.AttributeName) {
    throw validationException('TimeToLive is active on a different AttributeName');
  }
  if (current !== undefined && specification.Enabled) throw validationException('TimeToLive is already enabled');
  setTimeToLive(database, TableName, specification.Enabled ? specification.AttributeName : undefined);
  return { TimeToLiveSpecification: specification };
}

export function describeTimeToLive(database: Database, input: unknown) {
  const { timeToLiveAttribute } = database.table(validate.describeTable(input).TableName);
  const enabled = { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLiveAttribute };
  return { TimeToLiveDescription: timeToLiveAttribute ? enabled : { TimeToLiveStatus: 'DISABLED' } };
}

export function setTimeToLive(database: Database, table: string, attribute: string | undefined): void {
  if (database.table(table).timeToLiveAttribute === attribute) return;
  database.commit({ timeToLive: { table, attribute: attribute ?? null } });
}

/** Deletes what has expired. Until then, as in DynamoDB, it is still read: nothing may rely on the deletion. */
export function deleteExpired(database: Database, nowSeconds: number): void {
  const writes: Write[] = [...database.all()].flatMap((table) =>
    [...table.all()]
      .filter((item) => isExpired(item, table, nowSeconds))
      .map((item) => ({ table: table.description.TableName, delete: table.keyOf(item) })),
  );
  if (writes.length > 0) database.commit({ writes }, true);
}

function isExpired(item: Item, { timeToLiveAttribute }: Table, nowSeconds: number): boolean {
  const expiry = timeToLiveAttribute === undefined ? undefined : item[timeToLiveAttribute]?.N;
  if (expiry === undefined) return false;
  return Number(expiry) < nowSeconds && Number(expiry) > nowSeconds - OLDEST_EXPIRY_SECONDS;
}

function specificationOf(input: unknown): { Enabled: boolean; AttributeName: string } {
  const { TimeToLiveSpecification: wanted } = input as { TimeToLiveSpecification?: Record<string, unknown> | null };
  const { Enabled, AttributeName } = wanted ?? {};
  if (typeof Enabled !== 'boolean' || typeof AttributeName !== 'string' || AttributeName === '') {
    throw validationException('TimeToLiveSpecification must hold Enabled and AttributeName');
  }
  return { Enabled, AttributeName };
}
