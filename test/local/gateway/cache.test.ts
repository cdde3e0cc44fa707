import { ResponseCache } from '../../../local/gateway/cache';
import type { IntegrationModel } from '../../../local/template/model';
import { allowHandler, method, policyAnswer, requestAuthorizer, startGateway, TestServer } from './harness';
import { startLogged } from './logged';

afterEach(() => TestServer.closeAll());

/** A backend of which no two answers are the same. */
function counting(answer: (count: number) => object = () => ({})) {
  let count = 0;
  return () => {
    count += 1;
    return { statusCode: 200, body: `answer ${count}`, ...answer(count) };
  };
}

const cached = (route: string, cacheKeyParameters: string[] = [], integration: Partial<IntegrationModel> = {}) =>
  method(route, { cache: { ttlSeconds: 60 }, integration: { cacheKeyParameters, ...integration } });

describe('an answer is found', () => {
  test('by the keys of its method, and by nothing else', async () => {
    const keys = [
      'method.request.path.id',
      'method.request.multivaluequerystring.page',
      'method.request.header.x-api-key',
    ];
    const { server } = await startGateway({ methods: [cached('GET /items/{id}', keys)] }, { echo: counting() });
    const get = async (path: string, key = 'a') =>
      (await server.call(`GET /prod/items/${path}`, { headers: { 'x-api-key': key } })).body;

    expect(await get('1?page=1')).toBe('answer 1');
    expect(await get('1?page=1&other=2')).toBe('answer 1');
    expect(await get('2?page=1')).toBe('answer 2');
    expect(await get('1?page=2')).toBe('answer 3');
    expect(await get('1?page=1&page=2')).toBe('answer 4');
    expect(await get('1?page=1', 'b')).toBe('answer 5');
    expect(await get('1?page=1', 'a')).toBe('answer 1');
  });

  test('by headers to the letter of their names, as API Gateway maps them', async () => {
    const { server } = await startGateway(
      { methods: [cached('GET /items', ['method.request.header.x-api-key'])] },
      { echo: counting() },
    );
    expect((await server.call('GET /prod/items', { headers: { 'X-Api-Key': 'a' } })).body).toBe('answer 1');
    expect((await server.call('GET /prod/items', { headers: { 'X-Api-Key': 'b' } })).body).toBe('answer 1');
    expect((await server.call('GET /prod/items', { headers: { 'x-api-key': 'b' } })).body).toBe('answer 2');
  });

  test('by what the authorizer said, where the integration maps it', async () => {
    const key = 'integration.request.header.x-customer';
    const requestParameters = { [key]: 'context.authorizer.principalId' };
    const { server } = await startGateway(
      { methods: [{ ...cached('GET /items', [key], { requestParameters }), authorizer: requestAuthorizer() }] },
      {
        echo: counting(),
        authorizer: (event) =>
          policyAnswer('Allow', event.methodArn, { principalId: event.headers['x-who'] ?? event.headers['X-Who'] }),
      },
    );
    const get = async (who: string) => (await server.call('GET /prod/items', { headers: { 'X-Who': who } })).body;
    expect([await get('ada'), await get('bob'), await get('ada')]).toEqual(['answer 1', 'answer 2', 'answer 1']);
  });

  test('on its own resource, unless resources share a namespace', async () => {
    const { server } = await startGateway(
      {
        methods: [
          cached('GET /a'),
          cached('GET /b'),
          cached('GET /c', [], { cacheNamespace: 'one' }),
          cached('GET /d', [], { cacheNamespace: 'one' }),
        ],
      },
      { echo: counting() },
    );
    const bodies = [];
    for (const path of ['a', 'b', 'c', 'd']) {
      bodies.push((await server.call(`GET /prod/${path}`)).body);
    }
    expect(bodies).toEqual(['answer 1', 'answer 2', 'answer 3', 'answer 3']);
  });

  test('by GET alone, where a method is ANY', async () => {
    const { server } = await startGateway({ methods: [cached('ANY /items')] }, { echo: counting() });
    const bodies = [];
    for (const line of ['GET', 'POST', 'POST', 'GET']) {
      bodies.push((await server.call(`${line} /prod/items`)).body);
    }
    expect(bodies).toEqual(['answer 1', 'answer 2', 'answer 3', 'answer 1']);
  });
});

describe('an answer is kept', () => {
  test('for its time, on the clock of the gateway', async () => {
    let now = Date.UTC(2026, 0, 1);
    const { server } = await startGateway(
      { methods: [cached('GET /items')] },
      { echo: counting() },
      { clock: () => now },
    );
    expect((await server.call('GET /prod/items')).body).toBe('answer 1');
    now += 59_999;
    expect((await server.call('GET /prod/items')).body).toBe('answer 1');
    now += 1;
    expect((await server.call('GET /prod/items')).body).toBe('answer 2');
  });

  test.each<[string, object, boolean]>([
    ['where the backend says 404', { statusCode: 404 }, true],
    ['but not where it says 500', { statusCode: 500 }, false],
    ['but not where it is larger than a megabyte', { body: 'x'.repeat(1_048_577) }, false],
  ])('%s', async (_, answer, isKept) => {
    const { server, lambda } = await startGateway(
      { methods: [cached('GET /items')] },
      { echo: counting(() => answer) },
    );
    const [first, second] = [await server.call('GET /prod/items'), await server.call('GET /prod/items')];
    expect(second.status).toBe(first.status);
    expect(lambda.events).toHaveLength(isKept ? 1 : 2);
  });

  test('with its headers, and ids of each call’s own', async () => {
    const { server } = await startGateway(
      { methods: [cached('GET /items')] },
      { echo: counting(() => ({ headers: { 'X-Made': 'once' } })) },
    );
    const [first, second] = [await server.call('GET /prod/items'), await server.call('GET /prod/items')];
    expect(second.headers).toMatchObject({ 'x-made': 'once' });
    expect(second.headers['x-cache']).toBeUndefined();
    expect(second.headers['x-amzn-requestid']).not.toBe(first.headers['x-amzn-requestid']);
  });

  test('until there is no room, when what was asked for least lately goes', async () => {
    const cache = new ResponseCache(() => 0, 2_500);
    const made: string[] = [];
    const ask = (path: string) => {
      const { route, ...call } = callOf(path);
      return cache.answer({ ...call, route }, async () => {
        made.push(path);
        return { statusCode: 200, headers: [], body: 'x'.repeat(1_000) };
      });
    };
    for (const path of ['/a', '/b', '/a', '/c', '/a', '/b']) {
      await ask(path);
    }
    expect(made).toEqual(['/a', '/b', '/c', '/b']);
  });
});

/** As much of a call as the cache looks at. */
function callOf(path: string): Parameters<ResponseCache['answer']>[0] {
  const call = {
    api: { id: 'api', stageName: 'prod' },
    request: { httpMethod: 'GET', headers: [] },
    route: { method: cached(`GET ${path}`), rawPathParameters: {} },
  };
  return call as unknown as Parameters<ResponseCache['answer']>[0];
}

test('who asks for a fresh answer is told that he may not, and gets the one that is there', async () => {
  const { server } = await startGateway({ methods: [cached('GET /items')] }, { echo: counting() });
  await server.call('GET /prod/items');
  const answer = await server.call('GET /prod/items', { headers: { 'cache-control': 'no-transform, max-age=0' } });
  expect(answer.body).toBe('answer 1');
  expect(answer.headers.warning).toMatch(/^199 Cache-control headers were ignored/);
  expect((await server.call('GET /prod/items')).headers.warning).toBeUndefined();
});

test('the authorizer is asked before the cache', async () => {
  const refused = { 'x-who': 'nobody' };
  const { server, lambda } = await startGateway(
    { methods: [{ ...cached('GET /items'), authorizer: requestAuthorizer() }] },
    {
      echo: counting(),
      authorizer: (event) =>
        event.headers['x-who'] === 'nobody' ? policyAnswer('Deny', event.methodArn) : allowHandler(event),
    },
  );
  expect((await server.call('GET /prod/items')).body).toBe('answer 1');
  expect((await server.call('GET /prod/items', { headers: refused })).status).toBe(403);
  expect((await server.call('GET /prod/items')).body).toBe('answer 1');
  expect(lambda.events.filter(({ type }) => type === 'REQUEST')).toHaveLength(3);
});

test('the access log tells nothing of an integration where the cache has answered', async () => {
  const format =
    '{"status":"$context.status","latency":"$context.integrationLatency","of":"$context.integration.status"}';
  const { server, lines } = await startLogged(cached('GET /items'), { echo: counting() }, format);
  await server.call('GET /prod/items');
  await server.call('GET /prod/items');
  expect(lines()).toEqual([
    { status: '200', latency: expect.stringMatching(/^\d+$/), of: '200' },
    { status: '200', latency: '-', of: '-' },
  ]);
});
