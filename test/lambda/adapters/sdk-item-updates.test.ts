import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Key } from '../../../lambda/adapters/dynamodb-items';
import { patientItems } from '../../../lambda/adapters/sdk-item-updates';
import {
  answering,
  refusing,
  type ScriptedServer,
  startScriptedServer,
  type Turn,
} from './dynamodb-lean/scripted-server';

const THROTTLED = refusing('ProvisionedThroughputExceededException');
const DONE = answering(200, { Attributes: { remaining: { N: '7' } } });

const WRITE = {
  key: { pk: { S: 'CUSTOMER#c1' }, sk: { S: 'BALANCE' } },
  update: 'SET #remaining = :seven',
  condition: 'attribute_exists(#remaining)',
  attributes: ['remaining'],
  values: { ':seven': { N: '7' } },
};

let server: ScriptedServer;
let client: DynamoDBClient;
let pauses: number[];

async function items(...turns: Turn[]) {
  server = await startScriptedServer(turns);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new DynamoDBClient({ endpoint: server.url.href, region: 'us-east-1', credentials });
  pauses = [];
  const pause = async (most: number) => pauses.push(most);
  return patientItems(client, pause);
}

async function update(...turns: Turn[]) {
  return (await items(...turns)).updateItem('Paywall', WRITE);
}

afterEach(async () => {
  client.destroy();
  await server.close();
});

test('a throttled write is tried again after moments, far more often than the SDK would', async () => {
  const outcome = await update(...Array.from({ length: 30 }, () => THROTTLED), DONE);
  expect(outcome).toEqual({ done: true, item: { remaining: { N: '7' } } });
  expect(server.received).toHaveLength(31);
  expect(pauses).toHaveLength(30);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(50);
});

test('an item that takes nothing for long is given up, with DynamoDB’s own error', async () => {
  await expect(update(THROTTLED)).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
  expect(server.received).toHaveLength(250);
});

test('what else fails for a moment is the SDK’s to try again', async () => {
  expect(await update(refusing('InternalServerError', {}, 500), DONE)).toMatchObject({ done: true });
  expect([server.received.length, pauses]).toEqual([2, []]);
});

test('a condition that fails is an answer, and what is wrong with a request is thrown at once', async () => {
  expect(await update(refusing('ConditionalCheckFailedException', { Item: { remaining: { N: '3' } } }))).toEqual({
    done: false,
    item: { remaining: { N: '3' } },
  });
  client.destroy();
  await server.close();
  await expect(update(refusing('ValidationException'))).rejects.toMatchObject({ name: 'ValidationException' });
  expect([server.received.length, pauses]).toEqual([1, []]);
});

test('a read and a put are as patient', async () => {
  const patient = await items(THROTTLED, answering(200, { Item: WRITE.values }), THROTTLED, answering(200, {}));
  expect(await patient.getItem('Paywall', WRITE.key)).toEqual(WRITE.values);
  expect(await patient.putNew('Paywall', WRITE.key)).toBe(true);
  expect([server.received.length, pauses]).toEqual([4, [50, 50]]);
});

test('a put where there is an item already says so', async () => {
  const patient = await items(refusing('ConditionalCheckFailedException'));
  expect(await patient.putNew('Paywall', WRITE.key)).toBe(false);
  expect(server.received).toHaveLength(1);
});

test('a put where a deletion has left its mark says who was deleted, once', async () => {
  const stone = { ...Key.balance('ada'), deletedAt: { N: '1' } };
  const patient = await items(refusing('ConditionalCheckFailedException', { Item: stone }));
  const putting = patient.putNew('Paywall', WRITE.key);
  await expect(putting).rejects.toMatchObject({ name: 'CustomerDeletedError', customer: 'ada' });
  expect(server.received).toHaveLength(1);
});
