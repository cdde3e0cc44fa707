import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { type Store, startStore } from '../../../local/store/store';
import { clientOf, createTable } from './client';
import { attributes, condition, type Expression, update } from './expressions';

const endpoint = process.env.DYNAMODB_LOCAL_URL;
const RUNS = Number(process.env.FIDELITY_RUNS ?? 300);

/** The same random expressions on both engines: whatever DynamoDB Local makes of one, the embedded store must too. */
(endpoint ? describe : describe.skip)('the embedded store beside DynamoDB Local', () => {
  let store: Store;
  let engines: { client: DynamoDBClient; table: string }[];

  beforeAll(async () => {
    store = await startStore({ tables: [] });
    const clients = [store.url, endpoint ?? ''].map(clientOf);
    engines = await Promise.all(clients.map(async (client) => ({ client, table: await createTable(client) })));
  });

  afterAll(async () => {
    for (const { client } of engines) client.destroy();
    await store.close();
  });

  const Key = { pk: { S: 'p' }, sk: { S: 's' } };

  async function outcomes(
    item: Record<string, AttributeValue>,
    request: { UpdateExpression: string; ConditionExpression?: string; values: Record<string, AttributeValue> },
  ) {
    const { values, ...expressions } = request;
    return Promise.all(
      engines.map(async ({ client, table: TableName }) => {
        await client.send(new PutItemCommand({ TableName, Item: { ...item, ...Key } }));
        const error = await client
          .send(
            new UpdateItemCommand({
              TableName,
              Key,
              ...expressions,
              ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
            }),
          )
          .then(
            () => undefined,
            (reason: Error) => reason.name,
          );
        const after = await client.send(new GetItemCommand({ TableName, Key }));
        return { error, item: canonical({ M: after.Item ?? {} }) };
      }),
    );
  }

  test('conditions', async () => {
    await fc.assert(
      fc.asyncProperty(attributes, condition, async (item, { text, values }: Expression) => {
        const request = { UpdateExpression: 'SET done = :done', ConditionExpression: text };
        const [embedded, local] = await outcomes(item, { ...request, values: { ...values, ':done': { BOOL: true } } });

        expect(embedded).toEqual(local);
      }),
      { numRuns: RUNS },
    );
  }, 300_000);

  test('updates', async () => {
    await fc.assert(
      fc.asyncProperty(attributes, update, async (item, { text, values }: Expression) => {
        const [embedded, local] = await outcomes(item, { UpdateExpression: text, values });

        expect(embedded).toEqual(local);
      }),
      { numRuns: RUNS },
    );
  }, 300_000);
});

/** Sets have no order, and DynamoDB Local does not normalize numbers, which DynamoDB does. */
function canonical(value: AttributeValue): unknown {
  if (value.N !== undefined) return { N: Number(value.N) };
  if (value.NS) return { NS: value.NS.map(Number).sort() };
  if (value.SS) return { SS: [...value.SS].sort() };
  if (value.B) return { B: Buffer.from(value.B).toString('hex') };
  if (value.L) return { L: value.L.map(canonical) };
  if (value.M) return { M: Object.fromEntries(Object.entries(value.M).map(([name, one]) => [name, canonical(one)])) };
  return value;
}
