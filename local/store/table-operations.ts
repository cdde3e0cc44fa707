import { randomUUID } from 'node:crypto';
import type { Database } from './database';
import { dynamoDbError } from './errors';
import type { TableDefinition, TableDescription } from './requests';
import type { Table } from './table';
import { validate } from './validate';

const ARN_PREFIX = 'arn:aws:dynamodb:local:000000000000:table/';
const MAX_PAGE = 100;

export function createTable(database: Database, input: unknown) {
  const definition = validate.createTable(input);
  if (database.find(definition.TableName)) {
    throw dynamoDbError('ResourceInUseException', `Table already exists: ${definition.TableName}`);
  }
  database.commit({ create: describe(definition) });
  return { TableDescription: answer(database.table(definition.TableName)) };
}

export function deleteTable(database: Database, input: unknown) {
  const table = database.table(validate.describeTable(input).TableName);
  database.commit({ drop: table.description.TableName });
  return { TableDescription: { ...answer(table), TableStatus: 'DELETING' } };
}

export function describeTable(database: Database, input: unknown) {
  return { Table: answer(database.table(validate.describeTable(input).TableName)) };
}

export function listTables(database: Database, input: unknown) {
  const { Limit = MAX_PAGE, ExclusiveStartTableName = '' } = validate.listTables(input);
  const names = [...database.all()]
    .map((table) => table.description.TableName)
    .filter((name) => name > ExclusiveStartTableName)
    .sort();
  const page = names.slice(0, Limit);
  return { TableNames: page, ...(page.length < names.length && { LastEvaluatedTableName: page.at(-1) }) };
}

function describe(definition: TableDefinition, existing?: TableDescription): TableDescription {
  return {
    ...definition,
    TableArn: ARN_PREFIX + definition.TableName,
    TableId: existing?.TableId ?? randomUUID(),
    CreationDateTime: existing?.CreationDateTime ?? Date.now() / 1000,
  };
}

/** A local table is active at once. */
function answer({ description, size }: Table) {
  const { BillingMode, ProvisionedThroughput, ...rest } = description;
  return {
    ...rest,
    TableStatus: 'ACTIVE',
    ItemCount: size,
    TableSizeBytes: 0,
    ProvisionedThroughput: ProvisionedThroughput ?? { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
    ...(BillingMode === 'PAY_PER_REQUEST' && { BillingModeSummary: { BillingMode } }),
    ...indexes('GlobalSecondaryIndexes', description),
    ...indexes('LocalSecondaryIndexes', description),
  };
}

function indexes(member: 'GlobalSecondaryIndexes' | 'LocalSecondaryIndexes', description: TableDescription) {
  const all = description[member]?.map((index) => ({
    ...index,
    IndexArn: `${description.TableArn}/index/${index.IndexName}`,
    ...(member === 'GlobalSecondaryIndexes' && { IndexStatus: 'ACTIVE' }),
  }));
  return all ? { [member]: all } : {};
}

/**
 * Makes a table what the template says. A restored table keeps its items; other indexes are built from them, as
 * CloudFormation would have DynamoDB do it. Another key is another table, which CloudFormation would replace.
 */
export function reconcile(database: Database, input: unknown): void {
  const definition = validate.createTable(input);
  const existing = database.find(definition.TableName);
  if (!existing) {
    database.commit({ create: describe(definition) });
  } else if (keyTypes(definition) !== keyTypes(existing.description)) {
    throw new Error(
      `it was kept with the key ${keyTypes(existing.description)}, and the template ` +
        `wants ${keyTypes(definition)}: remove the kept data to start anew`,
    );
  } else if (shape(definition) !== shape(existing.description)) {
    database.commit({ create: describe(definition, existing.description) });
  }
}

function keyTypes({ KeySchema, AttributeDefinitions }: TableDefinition): string {
  return KeySchema.map(({ AttributeName, KeyType }) => {
    const type = AttributeDefinitions.find((one) => one.AttributeName === AttributeName)?.AttributeType;
    return `${AttributeName} (${KeyType}, ${type})`;
  }).join(', ');
}

function shape({ AttributeDefinitions, GlobalSecondaryIndexes, LocalSecondaryIndexes, BillingMode }: TableDefinition) {
  return JSON.stringify([AttributeDefinitions, GlobalSecondaryIndexes, LocalSecondaryIndexes, BillingMode]);
}
