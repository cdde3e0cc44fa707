import type { AttributeValue, Item } from './attribute-value';
import type { ParsedCondition, ParsedProjection, ParsedUpdate } from './expressions';

/** DynamoDB's requests after validation; the members with an underscore are the parsed expressions. */
export interface TableRequest {
  readonly TableName: string;
  readonly ReturnConsumedCapacity?: 'INDEXES' | 'TOTAL' | 'NONE';
}

interface ConditionalRequest extends TableRequest {
  readonly ReturnValues?: 'NONE' | 'ALL_OLD' | 'UPDATED_OLD' | 'ALL_NEW' | 'UPDATED_NEW';
  readonly ReturnValuesOnConditionCheckFailure?: 'ALL_OLD' | 'NONE';
  readonly _condition?: ParsedCondition;
}

export interface PutRequest extends ConditionalRequest {
  readonly Item: Item;
}

export interface KeyRequest extends ConditionalRequest {
  readonly Key: Item;
}

export interface UpdateRequest extends KeyRequest {
  readonly _updates?: ParsedUpdate;
}

export interface GetRequest extends TableRequest {
  readonly Key: Item;
  readonly ConsistentRead?: boolean;
  readonly _projection?: ParsedProjection;
}

export interface BatchGetRequest extends Pick<TableRequest, 'ReturnConsumedCapacity'> {
  readonly RequestItems: Readonly<Record<string, Omit<GetRequest, 'TableName' | 'Key'> & { readonly Keys: Item[] }>>;
}

export interface BatchWriteRequest extends Pick<TableRequest, 'ReturnConsumedCapacity'> {
  readonly RequestItems: Readonly<
    Record<string, { readonly PutRequest?: { readonly Item: Item }; readonly DeleteRequest?: { readonly Key: Item } }[]>
  >;
}

interface ReadManyRequest extends TableRequest {
  readonly IndexName?: string;
  readonly ConsistentRead?: boolean;
  readonly ExclusiveStartKey?: Item;
  readonly Limit?: number;
  readonly Select?: 'SPECIFIC_ATTRIBUTES' | 'COUNT' | 'ALL_ATTRIBUTES' | 'ALL_PROJECTED_ATTRIBUTES';
  readonly _filter?: ParsedCondition;
  readonly _projection?: ParsedProjection;
}

export interface ScanRequest extends ReadManyRequest {
  readonly Segment?: number;
  readonly TotalSegments?: number;
}

export interface QueryRequest extends ReadManyRequest {
  readonly ScanIndexForward?: boolean;
  readonly KeyConditions: Readonly<Record<string, KeyCondition>>;
}

export interface KeyCondition {
  readonly ComparisonOperator: 'EQ' | 'LT' | 'LE' | 'GT' | 'GE' | 'BETWEEN' | 'BEGINS_WITH';
  readonly AttributeValueList: readonly AttributeValue[];
}

export type KeySchema = readonly { readonly AttributeName: string; readonly KeyType: 'HASH' | 'RANGE' }[];

export interface IndexDescription {
  readonly IndexName: string;
  readonly KeySchema: KeySchema;
  readonly Projection: {
    readonly ProjectionType: 'ALL' | 'INCLUDE' | 'KEYS_ONLY';
    readonly NonKeyAttributes?: readonly string[];
  };
}

/** What CreateTable takes; DescribeTable adds to it. */
export interface TableDefinition {
  readonly TableName: string;
  readonly KeySchema: KeySchema;
  readonly AttributeDefinitions: readonly { readonly AttributeName: string; readonly AttributeType: 'S' | 'N' | 'B' }[];
  readonly BillingMode?: 'PROVISIONED' | 'PAY_PER_REQUEST';
  readonly ProvisionedThroughput?: { readonly ReadCapacityUnits: number; readonly WriteCapacityUnits: number };
  readonly GlobalSecondaryIndexes?: readonly IndexDescription[];
  readonly LocalSecondaryIndexes?: readonly IndexDescription[];
}

export interface TableDescription extends TableDefinition {
  readonly TableArn: string;
  readonly TableId: string;
  readonly CreationDateTime: number;
}
