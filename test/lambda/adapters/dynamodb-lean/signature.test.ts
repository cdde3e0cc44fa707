import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { RequestSigner } from '../../../../lambda/adapters/dynamodb-lean/signature';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const TIME = Date.UTC(2015, 7, 30, 12, 36, 0);

/** The session token of AWS's test suite. */
const TOKEN =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/' +
  'qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7' +
  'ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';

/** From the Signature Version 4 test suite that AWS publishes. */
test.each([
  ['post-vanilla', {}, '', {}, '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  [
    'post-x-www-form-urlencoded',
    { 'content-type': 'application/x-www-form-urlencoded' },
    'Param1=value1',
    {},
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
  [
    'post-sts-header-before',
    {},
    '',
    { sessionToken: TOKEN },
    '85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
  ],
])('signs %s as AWS does', (_, headers, body, more, signature) => {
  const signer = new RequestSigner('service', 'us-east-1');
  const request = { headers: { host: 'example.amazonaws.com', ...headers }, body };
  const { authorization } = signer.sign(request, { ...CREDENTIALS, ...more }, TIME);
  expect(authorization).toContain('Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request');
  expect(authorization).toMatch(new RegExp(`Signature=${signature}$`));
});

test('derives another key for another day and for another secret', () => {
  const request = { headers: { host: 'example.amazonaws.com' }, body: '' };
  const used = new RequestSigner('service', 'us-east-1');
  for (const [secret, time] of [
    ['one', TIME],
    ['two', TIME],
    ['two', TIME + 86_400_000],
    ['one', TIME],
  ] as const) {
    const credentials = { ...CREDENTIALS, secretAccessKey: secret };
    const fresh = new RequestSigner('service', 'us-east-1').sign(request, credentials, time);
    expect(used.sign(request, credentials, time)).toEqual(fresh);
  }
});

test('signs a request of the SDK’s as the SDK does', async () => {
  // GIVEN what the SDK sends, with letters beyond ASCII in it
  const credentials = { ...CREDENTIALS, sessionToken: TOKEN };
  const { headers, body } = await sentBySdk(credentials);
  const { authorization = '', 'x-amz-date': date = '' } = headers;
  const [, signed = ''] = /SignedHeaders=([^,]+)/.exec(authorization) ?? [];
  // WHEN the same headers are signed, at the same second
  const own = new Set(['x-amz-date', 'x-amz-security-token']);
  const names = signed.split(';').filter((name) => !own.has(name));
  const chosen = Object.fromEntries(names.map((name) => [name, headers[name] ?? '']));
  const time = Date.parse(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const answer = new RequestSigner('dynamodb', 'eu-central-1').sign({ headers: chosen, body }, credentials, time);
  // THEN
  expect(answer.authorization).toBe(authorization);
});

async function sentBySdk(credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string }) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new DynamoDBClient({ region: 'eu-central-1', endpoint, credentials, maxAttempts: 1 });
  const received = new Promise<{ headers: Record<string, string | undefined>; body: string }>((resolve) => {
    server.once('request', async (request, response) => {
      resolve({ headers: request.headers as Record<string, string>, body: await text(request) });
      response.end('{}');
    });
  });
  await client.send(new UpdateItemCommand({ TableName: 'Table', Key: { pk: { S: 'Zoë’s £' } } }));
  client.destroy();
  server.close();
  return received;
}
