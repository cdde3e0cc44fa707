import type { GatewayResponseModel, RestApiModel } from '../../../local/template/model';
import { type Handler, method, policyAnswer, requestAuthorizer, startGateway, TestServer } from './harness';

afterEach(() => TestServer.closeAll());

function gatewayResponse(overrides: Partial<GatewayResponseModel> = {}): GatewayResponseModel {
  return { responseParameters: {}, responseTemplates: {}, ...overrides };
}

const deny: Handler = () =>
  policyAnswer('Deny', '*', {
    context: { problem: '{"title":"Pay"}', link: '<https://pay>; rel="payment"', empty: '' },
  });

/** An API that denies `GET /items/{id}`, and knows nothing else. */
function startDenying(gatewayResponses: RestApiModel['gatewayResponses'], authorizer: Handler = deny) {
  const methods = [method('GET /items/{id}', { authorizer: requestAuthorizer() })];
  return startGateway({ methods, gatewayResponses, stageVariables: { color: 'green' } }, { authorizer });
}

/** What a body template makes of a denied call. */
async function substituted(template: string, line = 'GET /prod/items/7', headers: Record<string, string> = {}) {
  const responseTemplates = { 'application/json': template };
  const { server } = await startDenying({ ACCESS_DENIED: gatewayResponse({ responseTemplates }) });
  return (await server.call(line, { headers })).body;
}

describe('status', () => {
  const own = gatewayResponse({ statusCode: '402' });

  test.each([
    ['AWS’s own', {}, [403, 403]],
    ['the type’s', { ACCESS_DENIED: own }, [402, 403]],
    ['that of DEFAULT_4XX, for every type', { DEFAULT_4XX: gatewayResponse({ statusCode: '418' }) }, [418, 418]],
    [
      'the type’s before that of DEFAULT_4XX',
      { ACCESS_DENIED: own, DEFAULT_4XX: gatewayResponse({ statusCode: '418' }) },
      [402, 418],
    ],
    [
      'that of DEFAULT_4XX, for a type without one',
      { ACCESS_DENIED: gatewayResponse(), DEFAULT_4XX: gatewayResponse({ statusCode: '418' }) },
      [418, 418],
    ],
    ['not that of DEFAULT_5XX', { DEFAULT_5XX: gatewayResponse({ statusCode: '503' }) }, [403, 403]],
  ])('%s', async (_, gatewayResponses, statuses) => {
    const { server } = await startDenying(gatewayResponses);

    const answers = [await server.call('GET /prod/items/7'), await server.call('GET /prod/none')];

    expect(answers.map(({ status }) => status)).toEqual(statuses);
  });

  test('DEFAULT_5XX is for the authorizer’s failure, and for a function’s, which keeps 502 without a status there', async () => {
    const fail = () => Promise.reject(new Error('no'));
    const start = (statusCode?: string) =>
      startGateway(
        {
          methods: [
            method('GET /authorizer', { authorizer: requestAuthorizer() }),
            method('GET /function', { integration: { functionArn: 'function' } }),
          ],
          gatewayResponses: {
            DEFAULT_5XX: gatewayResponse({ statusCode, responseTemplates: { 'application/json': 'x' } }),
          },
        },
        { authorizer: fail, function: fail },
      );
    const { server: without } = await start();
    const { server: having } = await start('503');

    const paths = ['GET /prod/authorizer', 'GET /prod/function'];
    const answers = await Promise.all([without, having].flatMap((server) => paths.map((line) => server.call(line))));

    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [500, 'x'],
      [502, 'x'],
      [503, 'x'],
      [503, 'x'],
    ]);
  });

  test('a payload that is too large is answered in AWS’s words, whatever is configured', async () => {
    const own = gatewayResponse({ statusCode: '400', responseTemplates: { 'application/json': 'x' } });
    const { server } = await startGateway({
      methods: [method('POST /items')],
      gatewayResponses: { REQUEST_TOO_LARGE: own, DEFAULT_4XX: own },
    });

    const answer = await server.call('POST /prod/items', { headers: { 'Content-Length': String(11 * 1024 * 1024) } });

    expect([answer.status, answer.body]).toEqual([413, '{"message":"Request Too Long"}']);
  });
});

describe('body', () => {
  test.each([
    ['$context.authorizer.problem', '{"title":"Pay"}'],
    ['{"message":$context.error.messageString}', /^\{"message":"User is not authorized .*"\}$/],
    ['$context.error.message', /^User is not authorized/],
    ['$context.error.responseType', 'ACCESS_DENIED'],
    ['$context.httpMethod $context.path $context.resourcePath', 'GET /prod/items/7 /items/{id}'],
    ['$context.stage/$context.apiId:$context.identity.sourceIp.', 'prod/api1:127.0.0.1.'],
    ['$context.requestTimeEpoch', /^\d{13}$/],
    ['urn:uuid:$context.requestId', /^urn:uuid:[0-9a-f-]{36}$/],
    ['[$context.nothing][$context.authorizer.nothing][$context.authorizer][$context.authorizer.empty]', '[][][][]'],
    ['[$context.constructor][$context.__proto__.constructor.name]', '[][]'],
    ['$stageVariables.color[$stageVariables.none]', 'green[]'],
    ['$method.request.header.X-A method.request.querystring.q method.request.path.id', 'h x 7'],
    ['[$method.request.header.none][method.request.path.none]', '[][]'],
    [
      '$contextual $context $5 $& $$ my.method.request.path.id',
      '$contextual $context $5 $& $$ my.method.request.path.id',
    ],
    ['#set($a = 1)$a', '#set($a = 1)$a'],
  ])('%s', async (template, expected) => {
    const body = await substituted(template, 'GET /prod/items/7?q=x', { 'X-A': 'h' });

    expect(body).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
  });

  test('a value that is put in is not looked at again', async () => {
    const header = { 'X-A': '$context.authorizer.problem method.request.path.id $& $1' };

    const body = await substituted('<$method.request.header.X-A>', 'GET /prod/items/7', header);

    expect(body).toBe('<$context.authorizer.problem method.request.path.id $& $1>');
  });

  test('is chosen by the type that is accepted, JSON otherwise', async () => {
    const responseTemplates = { 'text/html': '<p>no</p>', 'application/json': '{}' };
    const { server } = await startDenying({ DEFAULT_4XX: gatewayResponse({ responseTemplates }) });
    const accept = async (Accept: string) => {
      const { headers, body } = await server.call('GET /prod/items/7', { headers: { Accept } });
      return [headers['content-type'], body];
    };

    expect(await accept('text/html,*/*')).toEqual(['text/html', '<p>no</p>']);
    expect(await accept('*/*')).toEqual(['application/json', '{}']);
  });

  test('of a type of its own is not worded by the default', async () => {
    const { server } = await startDenying({
      ACCESS_DENIED: gatewayResponse({ statusCode: '402' }),
      DEFAULT_4XX: gatewayResponse({
        responseTemplates: { 'application/json': 'default' },
        responseParameters: { 'gatewayresponse.header.X-Default': "'x'" },
      }),
    });

    const [own, other] = [await server.call('GET /prod/items/7'), await server.call('GET /prod/none')];

    expect([own.body, own.headers['x-default']]).toEqual([expect.stringContaining('"Message"'), undefined]);
    expect([other.body, other.headers['x-default']]).toEqual(['default', 'x']);
  });
});

describe('headers', () => {
  test('are literals, request parameters and variables; without a source they are left out', async () => {
    // GIVEN
    const responseParameters = {
      'gatewayresponse.header.Content-Type': "'application/problem+json'",
      'gatewayresponse.header.Cache-Control': "'no-store'",
      'gatewayresponse.header.WWW-Authenticate': '\'Bearer realm="api"\'',
      'gatewayresponse.header.X-Origin': 'method.request.header.Origin',
      'gatewayresponse.header.X-Id': 'method.request.path.id',
      'gatewayresponse.header.X-Query': 'method.request.querystring.q',
      'gatewayresponse.header.X-Request': 'context.requestId',
      'gatewayresponse.header.X-Type': 'context.error.responseType',
      'gatewayresponse.header.X-Color': 'stageVariables.color',
      'gatewayresponse.header.Link': 'context.authorizer.link',
      'gatewayresponse.header.X-Empty': 'context.authorizer.empty',
      'gatewayresponse.header.X-Absent': 'context.authorizer.nothing',
      'gatewayresponse.header.X-None': 'method.request.header.none',
      'gatewayresponse.header.X-Unquoted': 'literal',
    };
    const { server } = await startDenying({ ACCESS_DENIED: gatewayResponse({ responseParameters }) });

    // WHEN
    const { headers } = await server.call('GET /prod/items/7?q=x', { headers: { Origin: 'https://a.example' } });

    // THEN
    expect(headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'www-authenticate': 'Bearer realm="api"',
      'x-origin': 'https://a.example',
      'x-id': '7',
      'x-query': 'x',
      'x-request': headers['x-amzn-requestid'],
      'x-type': 'ACCESS_DENIED',
      'x-color': 'green',
      link: '<https://pay>; rel="payment"',
      'x-amzn-errortype': 'AccessDeniedException',
      'x-amz-apigw-id': expect.any(String),
    });
    const absent = ['x-empty', 'x-absent', 'x-none', 'x-unquoted'];
    expect(Object.keys(headers).filter((name) => absent.includes(name))).toEqual([]);
  });

  test('may be any values, but cannot frame the message', async () => {
    const responseParameters = {
      'gatewayresponse.header.X-Problem': 'context.authorizer.problem',
      'gatewayresponse.header.Content-Length': "'5000'",
      'gatewayresponse.header.Transfer-Encoding': "'chunked'",
    };
    const wild: Handler = () => policyAnswer('Deny', '*', { context: { problem: 'a\r\nX-Injected: 1\0→' } });
    const { server } = await startDenying({ ACCESS_DENIED: gatewayResponse({ responseParameters }) }, wild);

    const { status, headers, bytes } = await server.call('GET /prod/items/7');

    expect(status).toBe(403);
    expect(headers['x-problem']).toBe(Buffer.from('a  X-Injected: 1 →').toString('latin1'));
    expect(headers['content-length']).toBe(String(bytes.length));
    expect(headers).not.toHaveProperty('x-injected');
  });
});
