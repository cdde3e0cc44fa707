import { itemSize, validateKey, validateKeyPaths } from 'dynalite/db';
import { type AttributeValue, type Item, typeOf } from './attribute-value';
import { consumedCapacity } from './capacity';
import { beginsWith, holds, isMet } from './conditions';
import type { Database } from './database';
import { type ServiceError, validationException } from './errors';
import { project } from './item-operations';
import type { KeyCondition, QueryRequest, ScanRequest } from './requests';
import { namesOf, pick, type Rows, type Table } from './table';
import { raise, validate } from './validate';

/** A page ends once it has read this much, whatever the filter leaves of it. */
const PAGE_BYTES = 1024 * 1024;
const READ_UNIT_BYTES = 4096;
const SEGMENT_SPACE = 16 ** 3;

type Request = Omit<QueryRequest, 'KeyConditions'>;
type Entries = Iterable<[string, Item]>;

export function query(database: Database, input: unknown) {
  const request = validate.query(input);
  const table = database.table(request.TableName);
  const rows = table.rows(request.IndexName);
  checkRequest(request, table, rows);
  const [partitionKey, sortKey] = namesOf(rows.keySchema);
  const partition = checkKeyConditions(request.KeyConditions, table, rows);
  checkFilter(request, rows);
  const start = request.ExclusiveStartKey;
  if (start && partitionKey && !holds('=', start[partitionKey], partition[partitionKey])) {
    throw validationException('The provided starting key is outside query boundaries based on provided conditions');
  }
  const prefix = table.partitionOf(partition, rows);
  const condition = sortKey === undefined ? undefined : request.KeyConditions[sortKey];
  const entries = rows.items.entries(prefix, request.ScanIndexForward === false);
  return page(request, table, rows, inRange(entries, sortKey, condition));
}

export function scan(database: Database, input: unknown) {
  const request = validate.scan(input);
  const table = database.table(request.TableName);
  const rows = table.rows(request.IndexName);
  checkRequest(request, table, rows);
  return page(request, table, rows, inSegment(rows.items.entries(), request));
}

function page(request: Request, table: Table, rows: Rows, entries: Entries) {
  const visible = projectionOf(request, rows);
  const items: Item[] = [];
  let scanned = 0;
  let size = 0;
  let last: Item | undefined;
  for (const [, item] of afterStart(entries, request, table, rows)) {
    scanned += 1;
    size += itemSize(item);
    const row = visible ? pick(item, visible) : item;
    if (!request._filter || isMet(request._filter.expression, row)) items.push(row);
    last = item;
    if (scanned === request.Limit || size >= PAGE_BYTES) break;
    last = undefined;
  }
  const units = (Math.max(1, Math.ceil(size / READ_UNIT_BYTES)) * (request.ConsistentRead ? 2 : 1)) / 2;
  return {
    Count: items.length,
    ScannedCount: scanned,
    ...(request.Select !== 'COUNT' && { Items: items.map((item) => project(item, request)) }),
    ...(last && { LastEvaluatedKey: pick(last, startKeyNames(table, rows)) }),
    ...consumedCapacity(request.ReturnConsumedCapacity, request.TableName, units),
  };
}

/** The attributes that a row has; undefined for all of them. */
function projectionOf(request: Request, rows: Rows): readonly string[] | undefined {
  // A local index fetches from the table what is asked for and not projected.
  const fetches = !rows.isGlobalIndex && (request._projection !== undefined || request.Select === 'ALL_ATTRIBUTES');
  return fetches ? undefined : rows.projection;
}

function* afterStart(entries: Entries, request: Request, table: Table, rows: Rows): Entries {
  const startKey = request.ExclusiveStartKey;
  const start = startKey && table.rowIdOf(startKey, rows);
  for (const entry of entries) {
    if (start === undefined || (request.ScanIndexForward === false ? entry[0] < start : entry[0] > start)) yield entry;
  }
}

function* inRange(entries: Entries, sortKey: string | undefined, condition: KeyCondition | undefined): Entries {
  for (const entry of entries) {
    if (sortKey === undefined || condition === undefined || isInRange(entry[1][sortKey], condition)) yield entry;
  }
}

function isInRange(value: AttributeValue | undefined, condition: KeyCondition): boolean {
  const [first, second] = condition.AttributeValueList;
  switch (condition.ComparisonOperator) {
    case 'EQ':
      return holds('=', value, first);
    case 'LT':
      return holds('<', value, first);
    case 'LE':
      return holds('<=', value, first);
    case 'GT':
      return holds('>', value, first);
    case 'GE':
      return holds('>=', value, first);
    case 'BETWEEN':
      return holds('>=', value, first) && holds('<=', value, second);
    case 'BEGINS_WITH':
      return value !== undefined && first !== undefined && beginsWith(value, first);
  }
}

/** Row ids start with a hash of the partition key, so that segments are about equal. */
function* inSegment(entries: Entries, { Segment = 0, TotalSegments = 1 }: ScanRequest): Entries {
  for (const entry of entries) {
    const hash = Number.parseInt(entry[0].slice(0, 3), 16);
    if (Math.floor((hash * TotalSegments) / SEGMENT_SPACE) === Segment) yield entry;
  }
}

/** The partition key; throws unless that is given, and every condition is one on a key attribute, of its type. */
function checkKeyConditions(conditions: QueryRequest['KeyConditions'], table: Table, rows: Rows): Item {
  const [partitionKey = '', sortKey] = namesOf(rows.keySchema);
  const partition = conditions[partitionKey];
  const [value] = partition?.AttributeValueList ?? [];
  if (!value) throw validationException(`Query condition missed key schema element: ${partitionKey}`);
  if (partition?.ComparisonOperator !== 'EQ') throw validationException('Query key condition not supported');
  for (const [name, { AttributeValueList }] of Object.entries(conditions)) {
    if (name !== partitionKey && name !== sortKey) {
      throw validationException(`Query condition missed key schema element: ${sortKey ?? partitionKey}`);
    }
    const { AttributeType } = table.description.AttributeDefinitions.find((one) => one.AttributeName === name) ?? {};
    if (AttributeValueList.some((operand) => typeOf(operand) !== AttributeType)) {
      throw validationException(
        'One or more parameter values were invalid: Condition parameter type does not match schema type',
      );
    }
  }
  return { [partitionKey]: value };
}

function checkRequest(request: Request, table: Table, rows: Rows): void {
  if (rows.isGlobalIndex && request.ConsistentRead) {
    throw validationException('Consistent reads are not supported on global secondary indexes');
  }
  if (rows.isGlobalIndex && rows.projection && request.Select === 'ALL_ATTRIBUTES') {
    throw validationException(
      'One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary ' +
        `index ${request.IndexName} because its projection type is not ALL`,
    );
  }
  raise(validateKeyPaths(request._projection?.nestedPaths, table.description));
  raise(validateKeyPaths(request._filter?.nestedPaths, table.description));
  const start = request.ExclusiveStartKey;
  if (!start) return;
  const names = startKeyNames(table, rows);
  const invalid =
    Object.keys(start).length !== names.length ||
    names.some((name) => start[name] === undefined) ||
    validateKey(table.keyOf(start), table.description) ||
    validateKey(pick(start, namesOf(rows.keySchema)), { ...table.description, KeySchema: rows.keySchema });
  if (invalid) throw startKeyInvalid();
}

function startKeyInvalid(): ServiceError {
  return validationException('The provided starting key is invalid: it does not match the key schema');
}

function startKeyNames(table: Table, rows: Rows): string[] {
  return [...new Set([...table.keyNames, ...namesOf(rows.keySchema)])];
}

function checkFilter(request: QueryRequest, rows: Rows): void {
  const key = namesOf(rows.keySchema).find((name) => request._filter?.pathHeads[name]);
  if (key === undefined) return;
  throw validationException(
    `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${key}`,
  );
}
