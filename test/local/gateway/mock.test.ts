import type { IntegrationModel, IntegrationResponseModel } from '../../../local/template/model';
import { allowHandler, method, policyAnswer, requestAuthorizer, startGateway, TestServer } from './harness';

afterEach(() => TestServer.closeAll());

function response(statusCode: string, more: Partial<IntegrationResponseModel> = {}): IntegrationResponseModel {
  return { statusCode, responseParameters: {}, responseTemplates: {}, ...more };
}

function startMock(integration: Partial<IntegrationModel>) {
  const methods = [method('ANY /{proxy+}', { integration: { type: 'MOCK', ...integration } })];
  return startGateway({ methods, stageVariables: { color: 'green' } }, { authorizer: allowHandler });
}

const OK = { 'application/json': '{"statusCode": 200}' };

/** What a template makes of a call. */
async function rendered(template: string, line = 'GET /prod/a', headers: Record<string, string> = {}): Promise<string> {
  const { server } = await startMock({
    requestTemplates: OK,
    integrationResponses: [response('200', { responseTemplates: { 'application/json': template } })],
  });
  return (await server.call(line, { headers })).body;
}

describe('the response', () => {
  test.each([
    ['{"statusCode": 404}', 404],
    ['{ statusCode: 503 }', 500],
    ["{'statusCode' : 302}", 299],
    ['#if($input.params("fail") == "yes"){"statusCode": 404}#else{"statusCode": 302}#end', 404],
  ])('is chosen by the status that %s gives', async (template, status) => {
    const { server } = await startMock({
      requestTemplates: { 'application/json': template },
      integrationResponses: [
        response('299'),
        response('404', { selectionPattern: '404' }),
        response('500', { selectionPattern: '5\\d{2}' }),
      ],
    });

    expect((await server.call('GET /prod/a?fail=yes')).status).toBe(status);
  });

  test('has the headers that are mapped, and is JSON otherwise', async () => {
    const responseParameters = {
      'method.response.header.X-Literal': "'literal'",
      'method.response.header.X-Stage': 'stageVariables.color',
      'method.response.header.X-Path': 'context.path',
      'method.response.header.X-Query': 'method.request.querystring.q',
      'method.response.header.X-Backend': 'integration.response.header.X-Nothing',
    };
    const { server } = await startMock({
      requestTemplates: OK,
      integrationResponses: [response('200', { responseParameters })],
    });

    const { headers, body } = await server.call('GET /prod/a?q=1');

    expect(body).toBe('');
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-literal': 'literal',
      'x-stage': 'green',
      'x-path': '/prod/a',
      'x-query': '1',
    });
    expect(headers).not.toHaveProperty('x-backend');
  });

  test('is worded by the template for the accepted type', async () => {
    const responseTemplates = { 'text/plain': 'text', 'application/json': 'json' };
    const { server } = await startMock({
      requestTemplates: OK,
      integrationResponses: [response('200', { responseTemplates })],
    });
    const accept = async (Accept: string) => (await server.call('GET /prod/a', { headers: { Accept } })).body;

    expect([await accept('text/plain; q=0.5'), await accept('text/html'), await accept('*/*')]).toEqual([
      'text',
      'json',
      'json',
    ]);
  });

  test('may have its status and headers overridden by the template', async () => {
    const template =
      '#set($context.responseOverride.status = 418)#set($context.responseOverride.header.x-literal = "new")';
    const { server } = await startMock({
      requestTemplates: OK,
      integrationResponses: [
        response('200', {
          responseParameters: { 'method.response.header.X-Literal': "'old'" },
          responseTemplates: { 'application/json': template },
        }),
      ],
    });

    const answer = await server.call('GET /prod/a');

    expect([answer.status, answer.headers['x-literal']]).toEqual([418, 'new']);
  });
});

describe('failures', () => {
  test.each([
    ['no template gives a status', { integrationResponses: [response('200')] }],
    [
      'the template is broken',
      { requestTemplates: { 'application/json': '#if(' }, integrationResponses: [response('200')] },
    ],
    [
      'no response matches',
      { requestTemplates: OK, integrationResponses: [response('404', { selectionPattern: '404' })] },
    ],
    [
      'a pattern is broken',
      { requestTemplates: OK, integrationResponses: [response('200', { selectionPattern: '(' })] },
    ],
  ])('%s', async (_, integration) => {
    const { server, log } = await startMock(integration);

    const answer = await server.call('GET /prod/a');

    expect([answer.status, answer.body]).toEqual([500, '{"message":"Internal server error"}']);
    expect(log).toHaveLength(1);
  });

  test.each([
    ['WHEN_NO_MATCH', OK, 404],
    ['WHEN_NO_TEMPLATES', OK, 415],
    ['WHEN_NO_TEMPLATES', {}, 404],
    ['NEVER', {}, 415],
  ] as const)(
    '%s with the templates %j and a payload of another type',
    async (passthroughBehavior, requestTemplates, status) => {
      const integrationResponses = [response('200'), response('404', { selectionPattern: '404' })];
      const { server } = await startMock({ passthroughBehavior, requestTemplates, integrationResponses });

      const headers = { 'Content-Type': 'application/xml' };
      expect((await server.call('POST /prod/a', { headers, body: '{"statusCode":404}' })).status).toBe(status);
    },
  );
});

describe('templates', () => {
  test.each([
    ['$input.params("q")', 'x y'],
    ['$input.params("X-Header")', 'h'],
    ['$input.params("proxy")', 'a/b'],
    ['[$input.params("none")]', '[]'],
    ['$input.params().querystring.q', 'x y'],
    ['$input.params().header.get("x-header")', ''],
    ['#foreach($type in $input.params().keySet())$type #end', 'path querystring header '],
    ['#foreach($name in $input.params().querystring.keySet())$name;#end', 'q;__proto__;'],
    ['$context.httpMethod $context.path $context.identity.sourceIp', 'GET /prod/a/b 127.0.0.1'],
    ['[$context.nothing][$context.authorizer.nothing]', '[][]'],
    ['$stageVariables.color [$stageVariables.none]', 'green []'],
    ['{"$schema": 1}', '{"$schema": 1}'],
    ['$util.escapeJavaScript("it\'s \\ a")', "it\\'s \\\\ a"],
    ['$util.urlEncode("a b&ü~")', 'a+b%26%C3%BC%7E'],
    ['$util.urlDecode("a+b%26")', 'a b&'],
    ['$util.base64Encode("ü")', 'w7w='],
    ['$util.base64Decode("w7w=")', 'ü'],
    ['#set($o = $util.parseJson(\'{"a":[1,2]}\'))$o.a[1] $o.a.size()', '2 2'],
    ['$input.body $input.json("$") $input.json("$.none")', '{} {} ""'],
  ])('%s', async (template, text) => {
    expect(await rendered(template, 'GET /prod/a/b?q=x%20y&__proto__=p', { 'X-Header': 'h' })).toBe(text);
  });

  test('a request template sees the payload', async () => {
    const template =
      '#if($input.path("$.a.b[1]") == 5 && $input.json("$.a") == \'{"b":[4,5]}\'){"statusCode": 404}#end';
    const { server } = await startMock({
      requestTemplates: { 'application/json': template },
      integrationResponses: [response('404')],
    });

    expect((await server.call('POST /prod/x', { body: '{"a":{"b":[4,5]}}' })).status).toBe(404);
  });

  test('the authorizer’s context is there', async () => {
    const integration = {
      type: 'MOCK',
      requestTemplates: OK,
      integrationResponses: [
        response('200', { responseTemplates: { 'application/json': '$context.authorizer.plan' } }),
      ],
    } as const;
    const methods = [method('GET /a', { authorizer: requestAuthorizer(), integration })];
    const { server } = await startGateway(
      { methods },
      { authorizer: () => policyAnswer('Allow', '*', { context: { plan: 'pro' } }) },
    );

    expect((await server.call('GET /prod/a')).body).toBe('pro');
  });
});
