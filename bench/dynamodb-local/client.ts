import {
  CreateTableCommand,
  DynamoDB,
  type GetItemCommandInput,
  PutItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Engine, EngineClient } from '../engines/engine';
import type { SdkItem } from '../simulation/wire';

/** The SDK's client of one execution environment, which counts what it sends, retries included. */
export class LocalClient implements EngineClient {
  readonly sdk: DynamoDB;
  calls = 0;

  constructor(endpoint: string, maxAttempts: number) {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    this.sdk = new DynamoDB({ endpoint, region: 'us-east-1', credentials, maxAttempts });
    const count = { step: 'deserialize', name: 'count' } as const;
    this.sdk.middlewareStack.add(
      (next) => (args) => {
        this.calls++;
        return next(args);
      },
      count,
    );
  }

  updateItem(input: UpdateItemCommandInput) {
    return this.sdk.updateItem(input);
  }

  getItem(input: GetItemCommandInput) {
    return this.sdk.getItem(input);
  }
}

export async function createTables(client: DynamoDB, engines: readonly Engine[]): Promise<void> {
  const keys = new Map(engines.map((engine) => [engine.table, Object.keys(engine.keyOf('any'))]));
  for (const [TableName, names] of keys) {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: names.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
      }),
    );
  }
}

export async function putCustomer(client: DynamoDB, engine: Engine, customer: string, units: number): Promise<void> {
  const Item: SdkItem = { ...engine.keyOf(customer), ...engine.opening(units) };
  await client.send(new PutItemCommand({ TableName: engine.table, Item }));
}
