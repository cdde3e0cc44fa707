import type { AuthorizerModel } from '../../../local/template/model';
import {
  allowHandler,
  type Handler,
  method,
  policyAnswer,
  requestAuthorizer,
  startGateway,
  TestServer,
} from './harness';

afterEach(() => TestServer.closeAll());

async function startCached(handler: Handler, overrides: Partial<AuthorizerModel>) {
  let now = 1_000_000;
  const authorizer = requestAuthorizer(overrides);
  const methods = ['GET /items', 'POST /items'].map((line) => method(line, { authorizer }));
  const gateway = await startGateway({ methods }, { authorizer: handler }, { clock: () => now });
  const call = (line: string, token: string) => gateway.server.call(line, { headers: { Authorization: token } });
  const asked = () => gateway.lambda.events.filter(({ type }) => type === 'REQUEST').length;
  const wait = (seconds: number) => {
    now += seconds * 1000;
  };
  return { ...gateway, call, asked, wait };
}

const CACHED = { resultTtl: 300, identitySources: ['method.request.header.Authorization'] };

test('with a TTL of 0 every call is asked for', async () => {
  const { call, asked } = await startCached(allowHandler, { ...CACHED, resultTtl: 0 });

  await call('GET /prod/items', 'a');
  await call('GET /prod/items', 'a');

  expect(asked()).toBe(2);
});

test('an answer is kept per identity, until its time is over', async () => {
  // GIVEN
  const { call, asked, wait, lambda } = await startCached(
    () => policyAnswer('Allow', '*', { context: { n: 1 } }),
    CACHED,
  );
  await call('GET /prod/items', 'a');

  // WHEN
  wait(299);
  await call('GET /prod/items', 'a');
  const afterHit = asked();
  await call('GET /prod/items', 'b');
  const afterOther = asked();
  wait(1);
  await call('GET /prod/items', 'a');

  // THEN
  expect([afterHit, afterOther, asked()]).toEqual([1, 2, 3]);
  const cached = lambda.events.filter(({ type }) => type === undefined)[1];
  expect(cached?.requestContext.authorizer).toEqual({ n: '1', principalId: 'caller', integrationLatency: 0 });
});

test('a cached policy serves every method, also those it does not allow', async () => {
  const { call, asked } = await startCached(allowHandler, CACHED);

  const answers = [await call('GET /prod/items', 'a'), await call('POST /prod/items', 'a')];

  expect(answers.map(({ status }) => status)).toEqual([200, 403]);
  expect(asked()).toBe(1);
});

test('a denial is kept as well, an error is not', async () => {
  const denied = await startCached(() => policyAnswer('Deny', '*'), CACHED);
  await denied.call('GET /prod/items', 'a');
  await denied.call('GET /prod/items', 'a');

  const failed = await startCached(() => Promise.reject(new Error('Unauthorized')), CACHED);
  await failed.call('GET /prod/items', 'a');
  await failed.call('GET /prod/items', 'a');

  expect([denied.asked(), failed.asked()]).toEqual([1, 2]);
});

test('without identity sources there is nothing to keep an answer by', async () => {
  const { call, asked } = await startCached(allowHandler, { resultTtl: 300 });

  await call('GET /prod/items', 'a');
  await call('GET /prod/items', 'a');

  expect(asked()).toBe(2);
});
