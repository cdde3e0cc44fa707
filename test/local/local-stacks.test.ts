import { request } from 'node:http';
import { CfnCondition, CfnOutput, Fn, Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type DevServer, startDevServer } from '../../local/dev-server';
import { removeTemporaryFolders, synthesize } from './template/synthesized';

let server: DevServer;
let port: number;

beforeAll(async () => {
  const assemblyDir = synthesize((app) => {
    const stack = new Stack(app, 'Shop');
    const fn = new LambdaFunction(stack, 'Fn', {
      runtime: Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async () => ({});'),
    });
    new CfnOutput(stack, 'Name', { value: stack.toJsonString({ name: fn.functionName }) });
    new CfnOutput(stack, 'Unknown', { value: Fn.importValue('of-another-app') });
    const condition = new CfnCondition(stack, 'Never', { expression: Fn.conditionEquals('a', 'b') });
    new CfnOutput(stack, 'Absent', { value: 'x', condition });
    new CfnOutput(new Stack(app, 'Other'), 'Port', { value: '8080' });
  });
  port = await freePort();
  server = await startDevServer({ assemblyDir, port, log: () => undefined });
});

afterAll(async () => {
  await server.close();
  removeTemporaryFolders();
});

/** A server without an API tells nobody its port, so it is given one. */
async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => probe.once('listening', listening));
  const address = probe.address();
  await new Promise((closed) => probe.close(closed));
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status?: number; headers: object; json: object }>((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers, method }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => {
        resolve({ status: response.statusCode, headers: response.headers, json: text === '' ? {} : JSON.parse(text) });
      });
    })
      .on('error', reject)
      .end();
  });
}

test('tools are told of the stacks, the outputs that are known here, and where services are', async () => {
  const { status, json } = await get('/_local/stacks');
  const [fn] = server.app.functions;
  const endpoint = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(status).toBe(200);
  expect(json).toEqual({
    Stacks: [
      { StackName: 'Shop', Outputs: [{ OutputKey: 'Name', OutputValue: `{"name":"${fn?.name}"}` }] },
      { StackName: 'Other', Outputs: [{ OutputKey: 'Port', OutputValue: '8080' }] },
    ],
    LambdaEndpoint: endpoint,
    DynamoDbEndpoint: endpoint,
    ApiGatewayEndpoint: endpoint,
  });
});

test('whoever develops is told of the last events, the newest first', async () => {
  const putEvents = (DetailType: string) =>
    fetch(server.eventsUrl, {
      method: 'POST',
      headers: { authorization: 'AWS4-HMAC-SHA256 local', 'x-amz-target': 'AWSEvents.PutEvents' },
      body: JSON.stringify({ Entries: [{ Source: 'shop', DetailType, Detail: '{}' }] }),
    });
  await putEvents('Ordered');
  await putEvents('Paid');

  const { status, json } = await get('/_local/events');
  const told = (type: string) => ({
    EventBusName: 'default',
    Event: expect.objectContaining({ 'detail-type': type, source: 'shop', detail: {} }),
    Rules: [],
  });
  expect([status, json]).toEqual([200, { Events: [told('Paid'), told('Ordered')] }]);
});

test.each([
  ['under a name that was rebound to this machine', { Host: 'example.com' }],
  ['from its own origin', { Origin: 'http://example.com' }],
  ['from a page on this machine', { Origin: 'http://127.0.0.1:3000' }],
])('a web page that asks %s is told nothing', async (_, headers) => {
  const { status, json } = await get('/_local/stacks', headers);
  expect([status, json]).toEqual([403, { message: 'only tools of this machine are told' }]);
});

test.each([
  ['GET', '/_local'],
  ['GET', '/_local/stacks/1'],
  ['POST', '/_local/stacks'],
])('%s %s is the gateway’s', async (method, path) => {
  const { status, json } = await get(path, {}, method);
  expect([status, json]).toEqual([403, { message: 'Forbidden' }]);
});
