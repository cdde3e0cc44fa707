import { once } from 'node:events';
import { connect } from 'node:net';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { type Store, startStore } from '../../../local/store/store';
import { clientOf } from './client';

let store: Store;

beforeEach(async () => {
  store = await startStore({ tables: [] });
});

afterEach(async () => {
  await store.close();
});

const HEADERS = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'DynamoDB_20120810.ListTables',
  authorization: 'AWS4-HMAC-SHA256 Credential=local',
};

async function post(body: string, headers: Record<string, string> = {}) {
  const response = await fetch(store.url, { method: 'POST', headers: { ...HEADERS, ...headers }, body });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('the endpoint', () => {
  test('listens on loopback only', () => {
    expect(new URL(store.url).hostname).toBe('127.0.0.1');
  });

  test('is found by the plain SDK through the environment', async () => {
    process.env.AWS_ENDPOINT_URL_DYNAMODB = store.url;
    const client = new DynamoDBClient({ region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });

    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([]);
    client.destroy();
    delete process.env.AWS_ENDPOINT_URL_DYNAMODB;
  });

  test.each([
    ['no JSON', '{', {}, 400, 'SerializationException'],
    ['no object', 'null', {}, 400, 'SerializationException'],
    ['an array', '[]', {}, 400, 'SerializationException'],
    ['an unknown operation', '{}', { 'x-amz-target': 'DynamoDB_20120810.toString' }, 400, 'UnknownOperationException'],
    ['no operation', '{}', { 'x-amz-target': '' }, 400, 'UnknownOperationException'],
    ['no signature', '{}', { authorization: 'Bearer x' }, 400, 'MissingAuthenticationTokenException'],
    ['legacy parameters', '{"TableName":"abc","Item":{},"Expected":{}}', put(), 400, 'ValidationException'],
    ['a wrong type', '{"TableName":[]}', put(), 400, 'SerializationException'],
    ['too deep a value', deep(5_000), put(), 500, 'InternalServerError'],
    ['too large a body', 'x'.repeat(17 * 1024 * 1024), {}, 413, 'RequestTooLargeException'],
  ])('answers %s, and goes on', async (_, body, headers: Record<string, string>, status, type) => {
    const answer = await post(body, headers);

    expect(answer.status).toBe(status);
    expect(answer.body.__type).toMatch(new RegExp(`#${type}$`));
    expect(await post('{}')).toEqual({ status: 200, body: { TableNames: [] } });
  });

  test('serves no other name of this machine', async () => {
    const socket = connect(Number(new URL(store.url).port), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n');
    const [answer] = await once(socket, 'data');

    expect(String(answer)).toContain('HTTP/1.1 403');
  });

  test('survives what is no HTTP, and a client that goes away', async () => {
    const port = Number(new URL(store.url).port);
    const garbage = connect(port, '127.0.0.1');
    garbage.write('\u0000\u0001 nonsense\r\n\r\n');
    await once(garbage, 'data');
    const gone = connect(port, '127.0.0.1');
    gone.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{');
    await once(gone, 'connect');
    gone.destroy();

    expect((await post('{}')).status).toBe(200);
  });

  test('closes at once, with idle clients connected', async () => {
    const client = clientOf(store.url);
    await client.send(new ListTablesCommand({}));
    const start = Date.now();

    await store.close();

    expect(Date.now() - start).toBeLessThan(500);
    await expect(client.send(new ListTablesCommand({}))).rejects.toThrow();
    client.destroy();
  });

  test('fails to start where the port is taken', async () => {
    const port = Number(new URL(store.url).port);

    await expect(startStore({ tables: [], port })).rejects.toThrow('EADDRINUSE');
  });
});

function put() {
  return { 'x-amz-target': 'DynamoDB_20120810.PutItem' };
}

function deep(levels: number): string {
  return `{"TableName":"abc","Item":{"a":${'{"L":['.repeat(levels)}{"S":"x"}${']}'.repeat(levels)}}}`;
}
