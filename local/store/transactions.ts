import { createHash } from 'node:crypto';
import { addUnits, consumedCapacities, readUnits, writeUnits } from './capacity';
import type { Database, Token, Write } from './database';
import { dynamoDbError, ServiceError, validationException } from './errors';
import { identity, project, read } from './item-operations';
import type { TableRequest } from './requests';
import { serializationException, validate } from './validate';
import {
  type Attempt,
  attempt,
  type PreparedWrite,
  prepareCheck,
  prepareDelete,
  preparePut,
  prepareUpdate,
} from './writes';

const MAX_TRANSACT_ITEMS = 100;
const MAX_TOKEN_LENGTH = 36;

/** Transactional operations cost double. */
const TRANSACTION_FACTOR = 2;

interface TransactRequest {
  readonly TransactItems: readonly Readonly<Record<string, unknown>>[];
  readonly ReturnConsumedCapacity?: TableRequest['ReturnConsumedCapacity'];
  readonly ClientRequestToken?: string;
}

interface CancellationReason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: unknown;
}

const PREPARE: Readonly<Record<string, (database: Database, input: unknown) => PreparedWrite>> = {
  Put: (database, input) => preparePut(database, validate.putItem(input)),
  Update: (database, input) => prepareUpdate(database, validate.updateItem(input)),
  Delete: (database, input) => prepareDelete(database, validate.deleteItem(input)),
  ConditionCheck: (database, input) => {
    const request = validate.deleteItem(input);
    if (!request._condition) throw validationException('ConditionExpression must not be null in a ConditionCheck');
    return prepareCheck(database, request);
  },
};

export function transactWriteItems(database: Database, input: unknown, now = Date.now()) {
  const request = checkTransaction(input);
  const token = tokenOf(request, now);
  const known = token && database.token(token.id, now);
  if (known && known.digest !== token.digest) {
    throw dynamoDbError(
      'IdempotentParameterMismatchException',
      'the ClientRequestToken was used with other parameters',
    );
  }
  const prepared = request.TransactItems.map((item) => {
    const [name, operation] = onlyMember(item, Object.keys(PREPARE));
    return (PREPARE[name] as (typeof PREPARE)[string])(database, operation);
  });
  checkDistinct(prepared);
  if (known) return {};
  const attempts = tryAll(prepared);
  const writes: Write[] = attempts.flatMap((done) => done.write ?? []);
  database.commit({ writes, ...(token && { token }) });
  return consumedCapacities(request.ReturnConsumedCapacity, unitsOf(prepared, attempts));
}

export function transactGetItems(database: Database, input: unknown) {
  const request = checkTransaction(input);
  const gets = request.TransactItems.map((item) => validate.getItem(onlyMember(item, ['Get'])[1]));
  const units = new Map<string, number>();
  const responses = gets.map((get) => {
    const item = read(database, get);
    addUnits(units, get.TableName, TRANSACTION_FACTOR * readUnits(item, true));
    return item ? { Item: project(item, get) } : {};
  });
  checkDistinct(gets.map((get) => ({ table: database.table(get.TableName), key: get.Key })));
  return { Responses: responses, ...consumedCapacities(request.ReturnConsumedCapacity, units) };
}

/** Tries every operation, since the answer names what each of them would have met. */
function tryAll(prepared: readonly PreparedWrite[]): Attempt[] {
  const attempts: Attempt[] = [];
  const reasons = prepared.map((operation): CancellationReason => {
    try {
      attempts.push(attempt(operation));
      return { Code: 'None' };
    } catch (error) {
      return reasonOf(error);
    }
  });
  if (attempts.length < prepared.length) throw transactionCanceled(reasons);
  return attempts;
}

function reasonOf(error: unknown): CancellationReason {
  if (!(error instanceof ServiceError)) throw error;
  const failedCheck = error.type.endsWith('#ConditionalCheckFailedException');
  return { Code: failedCheck ? 'ConditionalCheckFailed' : 'ValidationError', Message: error.message, ...error.members };
}

function transactionCanceled(reasons: readonly CancellationReason[]): ServiceError {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return dynamoDbError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}

function checkTransaction(input: unknown): TransactRequest {
  if (typeof input !== 'object' || input === null) throw serializationException();
  const request = input as TransactRequest;
  const { TransactItems: items, ClientRequestToken: token = '' } = request;
  if (!Array.isArray(items) || items.length < 1 || items.length > MAX_TRANSACT_ITEMS) {
    throw validationException(`TransactItems must hold between 1 and ${MAX_TRANSACT_ITEMS} items`);
  }
  if (typeof token !== 'string' || token.length > MAX_TOKEN_LENGTH) {
    throw validationException(`ClientRequestToken must be a string of at most ${MAX_TOKEN_LENGTH} characters`);
  }
  return request;
}

function onlyMember(item: unknown, names: readonly string[]): [string, unknown] {
  const members = Object.entries(item ?? {}).filter(([, operation]) => operation !== null);
  const [member] = members;
  if (member === undefined || members.length > 1 || !names.includes(member[0])) {
    throw validationException(`a member of TransactItems must hold exactly one of ${names.join(', ')}`);
  }
  return member;
}

function checkDistinct(operations: readonly Pick<PreparedWrite, 'table' | 'key'>[]): void {
  if (new Set(operations.map(identity)).size < operations.length) {
    throw validationException('Transaction request cannot include multiple operations on one item');
  }
}

function tokenOf({ ClientRequestToken: id, TransactItems }: TransactRequest, now: number): Token | undefined {
  if (!id) return undefined;
  return { id, digest: createHash('sha256').update(JSON.stringify(TransactItems, sorted)).digest('base64'), at: now };
}

/** Members in one order, whichever order a client sends them in. */
function sorted(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function unitsOf(prepared: readonly PreparedWrite[], attempts: readonly Attempt[]): Map<string, number> {
  const units = new Map<string, number>();
  attempts.forEach((done, index) => {
    const name = prepared[index]?.table.description.TableName;
    if (name) addUnits(units, name, TRANSACTION_FACTOR * writeUnits(done.old, done.new));
  });
  return units;
}
