import type {
  AttributeValue,
  GetItemCommandInput,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { CustomerDeletedError } from '../domain/customers';
import { type Item, isDeleted, names } from './dynamodb-items';

export interface ConditionalUpdate {
  readonly key: Item;
  readonly update: string;
  readonly condition: string;
  /** The attributes that the expressions write as `#name`. */
  readonly attributes: readonly string[];
  /** Names that are data: `{ '#keyId': 'a1b2c3' }`. */
  readonly extraNames?: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeValue>>;
  /** What is sent in its place where it is not known whether a first attempt was done. @default - the same again */
  readonly again?: ConditionalUpdate;
}

/** Whether the condition held; the item after the update, or as it stood where the condition failed. */
export type UpdateOutcome =
  | { readonly done: true; readonly item: Item }
  | {
      readonly done: false;
      readonly item?: Item;
      /** Whether `again` was refused, and it is not known whether the attempt before it was done. */
      readonly isUncertain?: boolean;
    };

/** Conditional writes of single items: all of DynamoDB that spending needs, so that it needs no SDK. */
export interface ItemUpdates {
  /** One conditional write; a failed condition is an answer, anything else is thrown. */
  updateItem(table: string, write: ConditionalUpdate): Promise<UpdateOutcome>;
}

/** Reads of single items, which see every write that was answered before. */
export interface ItemReads {
  getItem(table: string, key: Item): Promise<Item | undefined>;
}

/** Items that are put where there are none. */
export interface ItemPuts {
  /** False where there is an item of that key, which then stays. @throws CustomerDeletedError where a deletion has left it */
  putNew(table: string, item: Item): Promise<boolean>;
}

/** All of DynamoDB that payments need. */
export interface Items extends ItemReads, ItemPuts, ItemUpdates {}

/** As the lean client and the SDK name them. */
const THROTTLED = new Set(['ProvisionedThroughputExceededException', 'RequestLimitExceeded', 'ThrottlingException']);

/** Whether the item, or the table, takes no more writes for now; nothing was written. */
export function isThrottled(error: unknown): error is Error {
  return error instanceof Error && THROTTLED.has(error.name);
}

/** What `UpdateItem` is asked, whoever asks it. */
export function updateItemInput(table: string, write: ConditionalUpdate): UpdateItemCommandInput {
  return {
    TableName: table,
    Key: write.key,
    UpdateExpression: write.update,
    ConditionExpression: write.condition,
    ExpressionAttributeNames: { ...names(...write.attributes), ...write.extraNames },
    ExpressionAttributeValues: write.values,
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

/** What `GetItem` is asked. */
export function getItemInput(table: string, key: Item): GetItemCommandInput {
  return { TableName: table, Key: key, ConsistentRead: true };
}

/** What `PutItem` is asked for an item that is to be new. */
export function putNewInput(table: string, item: Item): PutItemCommandInput {
  return {
    TableName: table,
    Item: item,
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

/** What a put has come to, by the item that was there before it. @throws CustomerDeletedError where a deletion has left that */
export function putOutcome(there: UpdateOutcome): boolean {
  if (!there.done && isDeleted(there.item)) {
    throw new CustomerDeletedError(there.item?.pk?.S?.slice('CUSTOMER#'.length) ?? '');
  }
  return there.done;
}
