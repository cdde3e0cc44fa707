import { createServer } from 'node:http';
import { binary, Key, number } from '../../../../lambda/adapters/dynamodb-items';
import { type LeanClientOptions, LeanItemUpdates } from '../../../../lambda/adapters/dynamodb-lean/item-updates';
import {
  answering,
  hanging,
  refusing,
  resetting,
  type ScriptedServer,
  startScriptedServer,
  type Turn,
} from './scripted-server';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'top-secret', sessionToken: 'session-token' };
const NOW = Date.UTC(2026, 10, 23, 12);

const WRITE = {
  key: Key.balance('c1'),
  update: 'SET #remaining = #remaining - :cost',
  condition: '#keys.#keyId = :hash',
  attributes: ['remaining', 'keys'],
  extraNames: { '#keyId': 'key001' },
  values: { ':cost': number(1), ':hash': binary(new Uint8Array([1, 2, 255])) },
};

const SUCCESS = answering(200, { Attributes: { remaining: { N: '49' }, secret: { B: 'AQL/' } } });
const DONE = { done: true, item: { remaining: number(49), secret: binary(new Uint8Array([1, 2, 255])) } };

let server: ScriptedServer;
let updates: LeanItemUpdates;
let pauses: number[];

async function given(...turns: Turn[]): Promise<void> {
  server = await startScriptedServer(turns);
  updates = clientOf(server.url);
}

function clientOf(endpoint: URL, credentials = () => CREDENTIALS, options: LeanClientOptions = {}): LeanItemUpdates {
  pauses = [];
  return new LeanItemUpdates({
    region: 'eu-central-1',
    endpoint,
    credentials,
    timeouts: { connect: 2_000, response: 500, total: 3_000 },
    now: () => NOW,
    random: () => 0.5,
    sleep: async (milliseconds) => pauses.push(milliseconds),
    ...options,
  });
}

function update() {
  return updates.updateItem('Table', WRITE);
}

afterEach(async () => {
  updates.close();
  await server.close();
});

describe('a request', () => {
  test('is UpdateItem in JSON, with binary values in base64', async () => {
    await given(SUCCESS);
    expect(await update()).toEqual(DONE);
    const [{ headers, body } = { headers: {}, body: '' }] = server.received;
    expect(JSON.parse(body)).toEqual({
      TableName: 'Table',
      Key: { pk: { S: 'CUSTOMER#c1' }, sk: { S: 'BALANCE' } },
      UpdateExpression: WRITE.update,
      ConditionExpression: WRITE.condition,
      ExpressionAttributeNames: { '#remaining': 'remaining', '#keys': 'keys', '#keyId': 'key001' },
      ExpressionAttributeValues: { ':cost': { N: '1' }, ':hash': { B: 'AQL/' } },
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    expect(headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.UpdateItem',
      'x-amz-date': '20261123T120000Z',
      'x-amz-security-token': 'session-token',
    });
    expect(headers.authorization).toContain('Credential=AKIDEXAMPLE/20261123/eu-central-1/dynamodb/aws4_request');
  });

  test('is signed with the credentials of its time', async () => {
    await given(SUCCESS);
    updates.close();
    let last = 0;
    updates = clientOf(server.url, () => ({ ...CREDENTIALS, accessKeyId: `AKID${++last}` }));
    await update();
    await update();
    const signatures = server.received.map(({ headers }) => headers.authorization);
    expect(signatures).toEqual([expect.stringContaining('=AKID1/'), expect.stringContaining('=AKID2/')]);
  });

  test('goes out on the connection that the last one left', async () => {
    await given(SUCCESS);
    await update();
    await update();
    expect(server.connections()).toBe(1);
  });

  test('goes out on the connection that was opened ahead', async () => {
    await given(SUCCESS);
    updates.open();
    expect(await update()).toEqual(DONE);
    await update();
    expect(server.connections()).toBe(1);
  });
});

describe('a failed condition', () => {
  test('is an answer, with the item as it stands, and not tried again', async () => {
    await given(refusing('ConditionalCheckFailedException', { Item: { remaining: { N: '0' } } }));
    expect(await update()).toEqual({ done: false, item: { remaining: number(0) } });
    expect(server.received).toHaveLength(1);
  });

  test('has no item where there is none', async () => {
    await given(refusing('ConditionalCheckFailedException'));
    expect(await update()).toEqual({ done: false, item: undefined });
  });
});

describe('tried once more, after a short pause', () => {
  test.each<[string, Turn]>([
    ['throttling of a table', refusing('ProvisionedThroughputExceededException')],
    ['throttling', refusing('ThrottlingException')],
    ['throttling of an account', refusing('RequestLimitExceeded')],
    ['a transaction on the item', refusing('TransactionConflictException')],
    ['a fault of DynamoDB', refusing('InternalServerError', {}, 500)],
    ['a fault of whoever is in between', answering(503, '<html>Service Unavailable</html>')],
    ['a new connection that is reset', resetting],
    ['a connection that closes in the middle of the answer', truncating],
    ['no answer in time', hanging],
    ['an answer that does not end in time', dribbling],
  ])('%s', async (_, failing) => {
    await given(failing, SUCCESS);
    expect(await update()).toEqual(DONE);
    expect(server.received).toHaveLength(2);
    expect(pauses).toEqual([15]);
  });

  test('and no more than once', async () => {
    await given(refusing('InternalServerError', {}, 500));
    await expect(update()).rejects.toMatchObject({
      name: 'InternalServerError',
      message: 'InternalServerError, in words (DynamoDB, HTTP 500, request REQUEST-ID)',
      statusCode: 500,
      requestId: 'REQUEST-ID',
    });
    expect(server.received).toHaveLength(2);
  });

  test('an endpoint that nobody listens at', async () => {
    await given(SUCCESS);
    await server.close();
    await expect(update()).rejects.toMatchObject({
      name: 'NoAnswerError',
      message: expect.stringMatching(/ECONNREFUSED/),
    });
    expect(pauses).toHaveLength(1);
  });
});

describe('a write that is to be another when it is not known whether it was done', () => {
  const again = { ...WRITE, update: 'SET #remaining = #remaining - :cost REMOVE #keys' };

  test.each<[string, Turn, string]>([
    ['no answer in time', hanging, again.update],
    ['a fault of DynamoDB', refusing('InternalServerError', {}, 500), again.update],
    ['throttling, which has done nothing', refusing('ThrottlingException'), WRITE.update],
  ])('%s', async (_, failing, sent) => {
    await given(failing, SUCCESS);
    expect(await updates.updateItem('Table', { ...WRITE, again })).toEqual(DONE);
    const [first, second] = server.received.map(({ body }) => JSON.parse(body).UpdateExpression);
    expect([first, second]).toEqual([WRITE.update, sent]);
  });

  test.each<[string, Turn, boolean | undefined]>([
    ['may have been done', hanging, true],
    ['was not done', refusing('ThrottlingException'), undefined],
  ])('is refused with that in its answer: the first %s', async (_, failing, isUncertain) => {
    await given(failing, refusing('ConditionalCheckFailedException'));
    const outcome = await updates.updateItem('Table', { ...WRITE, again });
    expect(outcome).toEqual({ done: false, item: undefined, isUncertain });
  });

  test('stays another, whatever comes of it', async () => {
    const throttled = refusing('ThrottlingException');
    await given(refusing('InternalServerError', {}, 500), throttled, SUCCESS);
    updates = clientOf(server.url, undefined, { attempts: 3 });
    expect(await updates.updateItem('Table', { ...WRITE, again })).toEqual(DONE);
    const sent = server.received.map(({ body }) => JSON.parse(body).UpdateExpression);
    expect(sent).toEqual([WRITE.update, again.update, again.update]);
  });
});

describe('not tried again', () => {
  test.each(['ValidationException', 'ResourceNotFoundException', 'AccessDeniedException', 'InvalidSignatureException'])(
    '%s',
    async (name) => {
      await given(refusing(name));
      await expect(update()).rejects.toMatchObject({ name, statusCode: 400, requestId: 'REQUEST-ID' });
      expect(server.received).toHaveLength(1);
    },
  );

  test.each(['<html>', '"text"', 'null', ''])('a success that says %j', async (body) => {
    await given(answering(200, body));
    await expect(update()).rejects.toMatchObject({ name: 'UnreadableAnswer', statusCode: 200 });
    expect(server.received).toHaveLength(1);
  });

  test('what there are no credentials for', async () => {
    await given(SUCCESS);
    updates.close();
    updates = clientOf(server.url, () => {
      throw new Error('no credentials');
    });
    await expect(update()).rejects.toThrow('no credentials');
    expect(server.received).toHaveLength(0);
  });
});

describe('a connection that died while nobody looked', () => {
  test('costs no attempt and no pause', async () => {
    await given(SUCCESS, resetting, SUCCESS);
    await update();
    expect(await update()).toEqual(DONE);
    expect(server.received.map(({ connection }) => connection)).toEqual([1, 1, 2]);
    expect(pauses).toEqual([]);
  });

  test('leaves the attempts for what comes after it', async () => {
    await given(SUCCESS, resetting, refusing('ThrottlingException'), SUCCESS);
    await update();
    expect(await update()).toEqual(DONE);
    expect(pauses).toHaveLength(1);
  });

  test('takes the idle ones with it', async () => {
    const slowly: Turn = (response, request) => setTimeout(() => SUCCESS(response, request), 20);
    await given(slowly, slowly, resetting, SUCCESS);
    await Promise.all([update(), update()]);
    expect(await update()).toEqual(DONE);
    expect(server.received.at(-1)?.connection).toBe(3);
  });

  test('may be the one that was opened ahead', async () => {
    await given(resetting, SUCCESS);
    updates.open();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await update()).toEqual(DONE);
    expect(pauses).toEqual([]);
  });

  test('may never have come about', async () => {
    await given(SUCCESS);
    await server.close();
    updates.open();
    await new Promise((resolve) => setTimeout(resolve, 50));
    server = await startScriptedServer([SUCCESS], createServer(), Number(server.url.port));
    expect(await update()).toEqual(DONE);
    expect(pauses).toEqual([]);
  });
});

test('a call ends in its time, however many attempts it takes', async () => {
  // GIVEN a server that never answers, and real time
  server = await startScriptedServer([hanging]);
  const timeouts = { connect: 1_000, response: 1_000, total: 1_300 };
  updates = new LeanItemUpdates({ region: 'r', endpoint: server.url, credentials: () => CREDENTIALS, timeouts });
  // WHEN
  const begun = performance.now();
  await expect(update()).rejects.toMatchObject({ name: 'NoAnswerError', message: expect.stringMatching(/timed out/) });
  // THEN the second attempt had only what the first one left
  expect(server.received).toHaveLength(2);
  expect(performance.now() - begun).toBeLessThan(1_900);
});

test('an answer that was there before anybody could look at it is not too late', async () => {
  // GIVEN a thread that is busy for longer than the response may take
  await given((response, request) => {
    SUCCESS(response, request);
    block(700);
  });
  expect(await update()).toEqual(DONE);
  expect(pauses).toEqual([]);
});

test('an error never holds the credentials', async () => {
  const message =
    'The request signature we calculated does not match the signature you provided.\n\n' +
    "The Canonical String for this request should have been\n'POST\n/\n\nx-amz-security-token:session-token\n'";
  await given(refusing('InvalidSignatureException', { message }));
  const error = await update().catch((thrown: Error) => thrown);
  expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toMatch(
    /session-token|top-secret/,
  );
  expect((error as Error).message).toContain('does not match the signature you provided. (DynamoDB, HTTP 400');
});

function truncating(response: Parameters<Turn>[0]): void {
  response.writeHead(200, { 'content-length': 100 });
  response.write('{"Attributes":', () => response.destroy());
}

function dribbling(response: Parameters<Turn>[0]): void {
  response.writeHead(200);
  const timer = setInterval(() => response.write(' '), 20);
  response.once('close', () => clearInterval(timer));
}

function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

describe('a read', () => {
  const read = () => updates.getItem('Table', Key.account('c1'));

  test('sees every write before it, and gives the item', async () => {
    await given(answering(200, { Item: { plan: { S: 'pro' }, secret: { B: 'AQL/' } } }));
    expect(await read()).toEqual({ plan: { S: 'pro' }, secret: binary(new Uint8Array([1, 2, 255])) });
    const [request] = server.received;
    expect(request?.headers['x-amz-target']).toBe('DynamoDB_20120810.GetItem');
    expect(JSON.parse(request?.body ?? '')).toEqual({
      TableName: 'Table',
      Key: { pk: { S: 'CUSTOMER#c1' }, sk: { S: 'ACCOUNT' } },
      ConsistentRead: true,
    });
  });

  test('of what is not there gives nothing', async () => {
    await given(answering(200, {}));
    expect(await read()).toBeUndefined();
  });

  test('that is throttled is tried again, and then fails', async () => {
    const throttled = answering(400, {
      __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException',
      message: 'slow down',
    });
    await given(throttled, throttled);
    await expect(read()).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect(server.received).toHaveLength(2);
  });
});

describe('a put', () => {
  const put = () => updates.putNew('Table', { ...Key.event('evt_1'), hash: binary(new Uint8Array([1, 2, 255])) });

  test('is of an item that is to be new', async () => {
    await given(answering(200, {}));
    expect(await put()).toBe(true);
    const [request] = server.received;
    expect(request?.headers['x-amz-target']).toBe('DynamoDB_20120810.PutItem');
    expect(JSON.parse(request?.body ?? '')).toEqual({
      TableName: 'Table',
      Item: { pk: { S: 'EVENT#evt_1' }, sk: { S: 'EVENT' }, hash: { B: 'AQL/' } },
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
  });

  test('says where there is one already', async () => {
    await given(refusing('ConditionalCheckFailedException'));
    expect(await put()).toBe(false);
    expect(server.received).toHaveLength(1);
  });

  test('says who was deleted', async () => {
    const stone = { ...Key.balance('ada'), deletedAt: { N: '1' } };
    await given(refusing('ConditionalCheckFailedException', { Item: stone }));
    await expect(put()).rejects.toMatchObject({ name: 'CustomerDeletedError', customer: 'ada' });
  });

  test('that cannot be made is an error', async () => {
    await given(refusing('ValidationException'));
    await expect(put()).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('for whom nobody waits', () => {
  async function patiently(options: LeanClientOptions, ...turns: Turn[]): Promise<void> {
    await given(...turns);
    updates.close();
    updates = clientOf(server.url, () => CREDENTIALS, options);
  }

  test('there are more attempts, each after a longer pause', async () => {
    const failing = refusing('InternalServerError', {}, 500);
    await patiently({ attempts: 4 }, failing, failing, failing, SUCCESS);
    expect(await update()).toEqual(DONE);
    expect(pauses).toEqual([15, 30, 60]);
  });

  test('throttling can be left to who asks', async () => {
    await patiently({ attempts: 4, throttling: 'thrown' }, refusing('ThrottlingException'), SUCCESS);
    await expect(update()).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect(server.received).toHaveLength(1);
  });

  test('and nothing else that may be over in a moment', async () => {
    await patiently({ attempts: 4, throttling: 'thrown' }, refusing('TransactionConflictException'), hanging, SUCCESS);
    expect(await update()).toEqual(DONE);
    expect(server.received).toHaveLength(3);
  });
});
