import { mapPaths, validateKey, validateKeyPaths } from 'dynalite/db';
import type { Item } from './attribute-value';
import { addUnits, consumedCapacities, consumedCapacity, readUnits, writeUnits } from './capacity';
import type { Database, Write } from './database';
import { validationException } from './errors';
import type { ParsedUpdate } from './expressions';
import type { GetRequest, KeyRequest } from './requests';
import { raise, validate } from './validate';
import { type Attempt, attempt, type PreparedWrite, prepareDelete, preparePut, prepareUpdate } from './writes';

export function putItem(database: Database, input: unknown) {
  const request = validate.putItem(input);
  const done = write(database, preparePut(database, request));
  return { ...attributes(request.ReturnValues === 'ALL_OLD' ? done.old : undefined), ...cost(request, done) };
}

export function deleteItem(database: Database, input: unknown) {
  const request = validate.deleteItem(input);
  const done = write(database, prepareDelete(database, request));
  return { ...attributes(request.ReturnValues === 'ALL_OLD' ? done.old : undefined), ...cost(request, done) };
}

export function updateItem(database: Database, input: unknown) {
  const request = validate.updateItem(input);
  const done = write(database, prepareUpdate(database, request));
  return { ...attributes(returnValues(request.ReturnValues, request._updates, done)), ...cost(request, done) };
}

export function getItem(database: Database, input: unknown) {
  const request = validate.getItem(input);
  const item = read(database, request);
  return {
    ...(item && { Item: project(item, request) }),
    ...consumedCapacity(request.ReturnConsumedCapacity, request.TableName, readUnits(item, request.ConsistentRead)),
  };
}

export function batchGetItem(database: Database, input: unknown) {
  const request = validate.batchGetItem(input);
  const units = new Map<string, number>();
  const responses = Object.entries(request.RequestItems).map(([TableName, { Keys, ...options }]) => {
    const items = Keys.flatMap((Key) => {
      const item = read(database, { TableName, Key, ...options });
      addUnits(units, TableName, readUnits(item, options.ConsistentRead));
      return item ? [project(item, options)] : [];
    });
    return [TableName, items];
  });
  return {
    Responses: Object.fromEntries(responses),
    UnprocessedKeys: {},
    ...consumedCapacities(request.ReturnConsumedCapacity, units),
  };
}

export function batchWriteItem(database: Database, input: unknown) {
  const request = validate.batchWriteItem(input);
  const prepared = Object.entries(request.RequestItems).flatMap(([TableName, requests]) =>
    requests.map(({ PutRequest, DeleteRequest }) => {
      if (PutRequest) return preparePut(database, { TableName, Item: PutRequest.Item });
      if (DeleteRequest) return prepareDelete(database, { TableName, Key: DeleteRequest.Key });
      throw validationException(
        'Supplied WriteRequest is empty, must contain exactly one of PutRequest, DeleteRequest',
      );
    }),
  );
  if (new Set(prepared.map(identity)).size < prepared.length) {
    throw validationException('Provided list of item keys contains duplicates');
  }
  const units = new Map<string, number>();
  const writes: Write[] = [];
  for (const one of prepared) {
    const done = attempt(one);
    if (done.write) writes.push(done.write);
    addUnits(units, one.table.description.TableName, writeUnits(done.old, done.new));
  }
  database.commit({ writes });
  return { UnprocessedItems: {}, ...consumedCapacities(request.ReturnConsumedCapacity, units) };
}

/** One string per item of the whole database. */
export function identity({ table, key }: Pick<PreparedWrite, 'table' | 'key'>): string {
  return `${table.description.TableName}/${table.idOf(key)}`;
}

export function read(database: Database, request: GetRequest): Item | undefined {
  const table = database.table(request.TableName);
  raise(validateKey(request.Key, table.description));
  raise(validateKeyPaths(request._projection?.nestedPaths, table.description));
  return table.get(request.Key);
}

export function project(item: Item, { _projection }: Pick<GetRequest, '_projection'>): Item {
  return _projection ? mapPaths(_projection.paths, item) : item;
}

function write(database: Database, prepared: PreparedWrite): Attempt {
  const done = attempt(prepared);
  if (done.write) database.commit({ writes: [done.write] });
  return done;
}

function returnValues(wanted: string | undefined, update: ParsedUpdate | undefined, done: Attempt): Item | undefined {
  const item = wanted?.endsWith('OLD') ? done.old : done.new;
  if (wanted === 'ALL_OLD' || wanted === 'ALL_NEW') return item;
  if (item === undefined || update === undefined || wanted === undefined || wanted === 'NONE') return undefined;
  return mapPaths(update.paths, item);
}

function attributes(item: Item | undefined) {
  return item && Object.keys(item).length > 0 ? { Attributes: item } : {};
}

function cost(request: Pick<KeyRequest, 'ReturnConsumedCapacity' | 'TableName'>, done: Attempt) {
  return consumedCapacity(request.ReturnConsumedCapacity, request.TableName, writeUnits(done.old, done.new));
}
