import { itemSize, validateItem, validateKey, validateUpdates } from 'dynalite/db';
import { type Item, nestingOf } from './attribute-value';
import { isMet } from './conditions';
import type { Database, Write } from './database';
import { dynamoDbError, type ServiceError, validationException } from './errors';
import type { ParsedCondition } from './expressions';
import type { KeyRequest, PutRequest, UpdateRequest } from './requests';
import type { Table } from './table';
import { applyUpdate } from './updates';
import { MAX_ITEM_SIZE, raise } from './validate';

const MAX_NESTING = 32;

/** A write that is checked as far as that goes without the item: what is left is to try it. */
export interface PreparedWrite {
  readonly table: Table;
  /** The item's key attributes. */
  readonly key: Item;
  readonly condition?: ParsedCondition;
  readonly returnOldOnFailure: boolean;
  /** What becomes of the item: `keep` for a mere check, undefined for none. */
  readonly change: 'keep' | ((old: Item | undefined) => Item | undefined);
}

export interface Attempt {
  readonly old: Item | undefined;
  readonly new: Item | undefined;
  /** Absent where nothing is to be written. */
  readonly write?: Write;
}

export function preparePut(database: Database, request: PutRequest): PreparedWrite {
  const table = database.table(request.TableName);
  raise(validateItem(request.Item, table.description));
  checkLimits(request.Item, 'Item size has exceeded the maximum allowed size');
  return { table, key: table.keyOf(request.Item), ...conditionOf(request), change: () => request.Item };
}

export function prepareUpdate(database: Database, request: UpdateRequest): PreparedWrite {
  const table = database.table(request.TableName);
  raise(validateKey(request.Key, table.description));
  raise(validateUpdates(undefined, request._updates, table.description));
  const change = (old: Item | undefined) => {
    const item = applyUpdate(request._updates?.sections ?? [], old ?? request.Key);
    raise(validateItem(item, table.description));
    checkLimits(item, 'Item size to update has exceeded the maximum allowed size');
    return item;
  };
  return { table, key: request.Key, ...conditionOf(request), change };
}

export function prepareDelete(database: Database, request: KeyRequest): PreparedWrite {
  return { ...prepareCheck(database, request), change: () => undefined };
}

export function prepareCheck(database: Database, request: KeyRequest): PreparedWrite {
  const table = database.table(request.TableName);
  raise(validateKey(request.Key, table.description));
  return { table, key: request.Key, ...conditionOf(request), change: 'keep' };
}

function conditionOf(request: KeyRequest | PutRequest) {
  return {
    condition: request._condition,
    returnOldOnFailure: request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD',
  };
}

function checkLimits(item: Item, tooLarge: string): void {
  if (itemSize(item) > MAX_ITEM_SIZE) throw validationException(tooLarge);
  if (nestingOf({ M: item }) - 1 > MAX_NESTING) {
    throw validationException('Nesting Levels have exceeded supported limits');
  }
}

/** Checks the condition against the item as it is, and works out what to write; writes nothing itself. */
export function attempt({ table, key, condition, returnOldOnFailure, change }: PreparedWrite): Attempt {
  const old = table.get(key);
  if (condition && !isMet(condition.expression, old ?? {})) throw conditionalCheckFailed(returnOldOnFailure, old);
  if (change === 'keep') return { old, new: old };
  const item = change(old);
  const name = table.description.TableName;
  if (item !== undefined) return { old, new: item, write: { table: name, put: item } };
  return { old, new: undefined, ...(old && { write: { table: name, delete: key } }) };
}

function conditionalCheckFailed(returnOld: boolean, old: Item | undefined): ServiceError {
  const members = returnOld && old ? { Item: old } : {};
  return dynamoDbError('ConditionalCheckFailedException', 'The conditional request failed', members);
}
