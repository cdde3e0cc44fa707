import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Store, startStore } from '../../../local/store/store';

export interface TestTable {
  readonly client: DynamoDBClient;
  /** Where the engine is. */
  readonly url: string;
  readonly table: string;
  close(): Promise<void>;
}

/** A table of the store's shape, at an engine that runs already, or in the embedded store. */
export async function createTable(url?: string): Promise<TestTable> {
  const store: Store | undefined = url === undefined ? await startStore({ tables: [] }) : undefined;
  const endpoint = url ?? store?.url ?? '';
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const table = `Paywall-${process.pid}-${Math.random().toString(36).slice(2)}`;
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  return {
    client,
    url: endpoint,
    table,
    close: async () => {
      await client.send(new DeleteTableCommand({ TableName: table }));
      client.destroy();
      await store?.close();
    },
  };
}
