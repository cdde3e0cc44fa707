import * as validations from 'dynalite/validations';
import * as batchGetItem from 'dynalite/validations/batchGetItem';
import * as batchWriteItem from 'dynalite/validations/batchWriteItem';
import * as createTable from 'dynalite/validations/createTable';
import * as deleteItem from 'dynalite/validations/deleteItem';
import * as describeTable from 'dynalite/validations/describeTable';
import * as getItem from 'dynalite/validations/getItem';
import * as listTables from 'dynalite/validations/listTables';
import * as putItem from 'dynalite/validations/putItem';
import * as query from 'dynalite/validations/query';
import * as scan from 'dynalite/validations/scan';
import * as updateItem from 'dynalite/validations/updateItem';
import { faultOf } from './conditions';
import { ServiceError, validationException } from './errors';
import type { ParsedCondition } from './expressions';
import type {
  BatchGetRequest,
  BatchWriteRequest,
  GetRequest,
  KeyRequest,
  PutRequest,
  QueryRequest,
  ScanRequest,
  TableDefinition,
  TableRequest,
  UpdateRequest,
} from './requests';

/** The types of an operation's members, and a check of the whole request that returns what is wrong. */
export interface Schema {
  readonly types: Readonly<Record<string, unknown>>;
  readonly custom?: (request: unknown, store: { options: { maxItemSize: number } }) => string | undefined;
}

/** 400 KB. */
export const MAX_ITEM_SIZE = 409_600;

/** The parameters from before expressions, which AWS calls legacy: nothing is gained by serving them locally. */
const LEGACY = [
  'AttributesToGet',
  'AttributeUpdates',
  'ConditionalOperator',
  'Expected',
  'KeyConditions',
  'QueryFilter',
  'ScanFilter',
];

export const validate = {
  batchGetItem: validator<BatchGetRequest>(batchGetItem),
  batchWriteItem: validator<BatchWriteRequest>(batchWriteItem),
  createTable: validator<TableDefinition>(createTable),
  deleteItem: validator<KeyRequest>(conditional(deleteItem)),
  describeTable: validator<TableRequest>(describeTable),
  getItem: validator<GetRequest>(getItem),
  listTables: validator<{ readonly Limit?: number; readonly ExclusiveStartTableName?: string }>(listTables),
  putItem: validator<PutRequest>(conditional(putItem)),
  query: validator<QueryRequest>(query),
  scan: validator<ScanRequest>(scan),
  updateItem: validator<UpdateRequest>(conditional(updateItem)),
};

/** The member that dynalite does not know. */
function conditional({ types, custom }: Schema): Schema {
  return {
    types: { ...types, ReturnValuesOnConditionCheckFailure: { type: 'String', enum: ['ALL_OLD', 'NONE'] } },
    custom,
  };
}

function validator<T>({ types, custom }: Schema): (request: unknown) => T {
  return (request) => {
    if (typeof request !== 'object' || request === null || Array.isArray(request)) throw serializationException();
    const legacy = LEGACY.filter((name) => name in request);
    if (legacy.length > 0) throw validationException(`this store takes expressions only, got: ${legacy.join(', ')}`);
    try {
      // A copy, since the check removes the members that it does not know.
      const checked = validations.checkTypes({ ...request }, types);
      validations.checkValidations(checked, types, custom, { options: { maxItemSize: MAX_ITEM_SIZE } });
      checkConditions(checked as ParsedExpressions);
      return checked as T;
    } catch (error) {
      throw toServiceError(error);
    }
  };
}

interface ParsedExpressions {
  readonly _condition?: ParsedCondition;
  readonly _filter?: ParsedCondition;
}

function checkConditions({ _condition, _filter }: ParsedExpressions): void {
  const inCondition = _condition && faultOf(_condition.expression);
  if (inCondition) throw validationException(`Invalid ConditionExpression: ${inCondition}`);
  const inFilter = _filter && faultOf(_filter.expression);
  if (inFilter) throw validationException(`Invalid FilterExpression: ${inFilter}`);
}

export function serializationException(): ServiceError {
  return new ServiceError('com.amazon.coral.service#SerializationException', 'the request is not a JSON object');
}

/** Dynalite's checks throw or return errors that carry the answer's body. */
export function raise(error: Error | null | undefined): void {
  if (error) throw toServiceError(error);
}

function toServiceError(error: unknown): unknown {
  if (!(error instanceof Error) || !('body' in error)) return error;
  const body = error.body as { __type: string; message?: string; Message?: string };
  return new ServiceError(body.__type, body.message ?? body.Message ?? error.message);
}
