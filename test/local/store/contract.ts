import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTable } from './client';
import { describeConditions } from './contract-conditions';
import { describeModel } from './contract-model';
import { describeIndexes, describeReads } from './contract-reads';
import { describeTables } from './contract-tables';
import { describeIsolation, describeTransactions } from './contract-transactions';
import { describeUpdates } from './contract-updates';

export interface Connection {
  readonly client: DynamoDBClient;
  close(): Promise<void>;
}

/** What the parts of the contract work on. */
export interface Engine {
  readonly client: DynamoDBClient;
  readonly TableName: string;
}

/** What the product relies on, as DynamoDB has it: every engine that stands in for DynamoDB must pass. */
export function describeDynamoDbContract(name: string, connect: () => Promise<Connection>): void {
  describe(`${name} keeps the DynamoDB contract:`, () => {
    let connection: Connection;
    let table: string;

    beforeAll(async () => {
      connection = await connect();
      table = await createTable(connection.client);
    }, 60_000);

    afterAll(async () => {
      await connection.close();
    });

    const engine = (): Engine => ({ client: connection.client, TableName: table });

    describeConditions(engine);
    describeUpdates(engine);
    describeTransactions(engine);
    describeIsolation(engine);
    describeModel(engine);
    describeReads(engine);
    describeIndexes(engine);
    describeTables(engine);
  });
}
