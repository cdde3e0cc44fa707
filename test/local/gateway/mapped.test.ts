import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IntegrationModel, IntegrationResponseModel } from '../../../local/template/model';
import { type Handler, method, startGateway, TestServer } from './harness';

let backends: Server[] = [];

afterEach(async () => {
  await TestServer.closeAll();
  await Promise.all(backends.map((backend) => new Promise((resolve) => backend.close(resolve))));
  backends = [];
});

function response(statusCode: string, more: Partial<IntegrationResponseModel> = {}): IntegrationResponseModel {
  return { statusCode, responseParameters: {}, responseTemplates: {}, ...more };
}

interface Seen {
  readonly line: string;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

/** A backend that answers 404 with a header and JSON. */
async function startBackend() {
  const seen: Seen[] = [];
  const backend = createServer(async (message, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) {
      chunks.push(chunk);
    }
    seen.push({
      line: `${message.method} ${message.url}`,
      headers: message.headers,
      body: Buffer.concat(chunks).toString(),
    });
    answer.writeHead(404, { 'X-Backend': 'b', 'X-Hidden': 'h' }).end('{"why":"gone","deep":{"n":7}}');
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  backends.push(backend);
  return { seen, url: `http://127.0.0.1:${(backend.address() as AddressInfo).port}` };
}

describe('an HTTP integration', () => {
  const start = (uri: string, integration: Partial<IntegrationModel> = {}) =>
    startGateway({
      methods: [
        method('ANY /items/{id}', {
          integration: {
            type: 'HTTP',
            httpMethod: 'ANY',
            uri,
            integrationResponses: [response('200')],
            ...integration,
          },
        }),
      ],
      stageVariables: { color: 'green' },
    });

  test('sends what is mapped, and what API Gateway adds, and nothing else of the call', async () => {
    // GIVEN
    const backend = await startBackend();
    const { server } = await start(`${backend.url}/base/{name}?fixed=1`, {
      requestParameters: {
        'integration.request.path.name': 'method.request.path.id',
        'integration.request.querystring.q': 'method.request.querystring.query',
        'integration.request.header.X-Literal': "'literal'",
        'integration.request.header.X-Stage': 'stageVariables.color',
        'integration.request.header.X-Sent': 'method.request.header.X-Sent',
        'integration.request.header.X-Method': 'context.httpMethod',
        'integration.request.header.X-Nothing': 'context.authorizer.customer',
        'integration.request.header.X-Empty': "''",
      },
    });

    // WHEN
    const headers = {
      'X-Sent': 'sent',
      'X-Other': 'other',
      'X-Nothing': 'mine',
      Authorization: 'mine',
      'Content-Type': 'text/plain',
    };
    await server.call('POST /prod/items/a%20b?query=x&other=y', { headers, body: 'text' });

    // THEN
    const [call] = backend.seen;
    expect([call?.line, call?.body]).toEqual(['POST /base/a%20b?fixed=1&q=x', 'text']);
    const { 'x-amzn-trace-id': trace, host, connection, 'content-length': length, ...others } = call?.headers ?? {};
    expect([trace, host, connection, length]).toEqual([
      expect.any(String),
      expect.any(String),
      expect.any(String),
      '4',
    ]);
    expect(others).toEqual({
      accept: 'application/json',
      'content-type': 'text/plain',
      'user-agent': 'AmazonAPIGateway_api1',
      'x-amzn-apigateway-api-id': 'api1',
      'x-literal': 'literal',
      'x-method': 'POST',
      'x-sent': 'sent',
      'x-stage': 'green',
    });
  });

  test('sends what the template makes, which may override what is mapped', async () => {
    const backend = await startBackend();
    const { server } = await start(`${backend.url}/{name}`, {
      requestParameters: {
        'integration.request.path.name': 'method.request.path.id',
        'integration.request.header.X-A': "'mapped'",
      },
      requestTemplates: {
        $default:
          '#set($context.requestOverride.header.x-a = "set")#set($context.requestOverride.path.name = "p q")' +
          '#set($context.requestOverride.querystring.n = "1&2"){"city":$input.json("$.city")}',
      },
    });

    await server.call('PUT /prod/items/1', {
      headers: { 'Content-Type': 'any/thing' },
      body: '{"city":"Oz","more":1}',
    });
    await server.call('GET /prod/items/1');

    expect(backend.seen.map(({ line, body }) => [line, body])).toEqual([
      ['PUT /p%20q?n=1%262', '{"city":"Oz"}'],
      // A GET is sent without a body.
      ['GET /p%20q?n=1%262', ''],
    ]);
    expect(backend.seen[0]?.headers['x-a']).toBe('set');
  });

  test('answers as the integration response for the status says', async () => {
    const backend = await startBackend();
    const { server } = await start(backend.url, {
      integrationResponses: [
        response('200'),
        response('410', {
          selectionPattern: '4\\d{2}',
          responseParameters: {
            'method.response.header.X-Told': 'integration.response.header.x-backend',
            'method.response.header.X-Deep': 'integration.response.body.deep.n',
            'method.response.header.X-Missing': 'integration.response.body.no.such',
          },
          responseTemplates: { 'application/json': '{"reason":$input.json("$.why")}' },
        }),
      ],
    });

    const answer = await server.call('GET /prod/items/1');

    expect([answer.status, answer.body]).toEqual([410, '{"reason":"gone"}']);
    expect(answer.headers).toMatchObject({ 'x-told': 'b', 'x-deep': '7', 'content-type': 'application/json' });
    expect(Object.keys(answer.headers)).not.toEqual(expect.arrayContaining(['x-hidden']));
    expect(answer.headers).not.toHaveProperty('x-missing');
  });

  test('passes the body on where no template is for it, and is not configured where no response fits', async () => {
    const backend = await startBackend();
    const passing = await start(backend.url);
    const without = await start(backend.url, { integrationResponses: [response('200', { selectionPattern: '2..' })] });

    expect((await passing.server.call('GET /prod/items/1')).body).toBe('{"why":"gone","deep":{"n":7}}');
    expect((await without.server.call('GET /prod/items/1')).status).toBe(500);
    expect(without.log.join()).toContain('no integration response matches status 404');
  });
});

describe('an AWS integration of a function', () => {
  const start = (handler: Handler, integration: Partial<IntegrationModel> = {}) =>
    startGateway(
      {
        methods: [
          method('ANY /items/{id}', {
            integration: {
              type: 'AWS',
              functionArn: 'function',
              integrationResponses: [response('200')],
              ...integration,
            },
          }),
        ],
      },
      { function: handler },
    );
  const echo: Handler = (event) => ({ event });

  test.each([
    ['{"a":1}', '{"event":{"a":1}}'],
    ['', '{"event":{}}'],
    ['[1]', '{"event":[1]}'],
  ])('hands on a body of %j as the event, and the result as the answer', async (body, expected) => {
    const { server } = await start(echo);
    const answer = await server.call('POST /prod/items/1', { body });
    expect([answer.status, answer.body]).toEqual([200, expected]);
  });

  test('does not ask the function where there is no event', async () => {
    const { server, lambda } = await start(echo, {
      integrationResponses: [response('200'), response('422', { selectionPattern: '400' })],
    });
    const answer = await server.call('POST /prod/items/1', { body: 'no JSON' });
    expect([answer.status, answer.body]).toEqual([
      422,
      expect.stringContaining('Could not parse request body into json'),
    ]);
    expect(lambda.events).toEqual([]);
  });

  test.each([
    [
      'thrown',
      () => {
        throw new Error('no such item: 7');
      },
    ],
    ['returned', () => ({ errorMessage: 'no such item: 7' })],
  ] as [string, Handler][])('chooses the answer by an error that is %s', async (_, handler) => {
    const { server } = await start(handler, {
      integrationResponses: [response('200'), response('404', { selectionPattern: 'no such item.*' })],
    });
    const answer = await server.call('GET /prod/items/1');
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      404,
      expect.objectContaining({ errorMessage: 'no such item: 7' }),
    ]);
  });
});

describe('strings of templates are Java’s', () => {
  test.each([
    ['$x.replaceAll("[aeiou]", "-")', 'c-t - b-t'],
    ['$x.replaceFirst("a", "o")', 'cot a bat'],
    ['$x.replace("at", ".")', 'c. a b.'],
    ['$x.matches("c.*")', 'true'],
    ['$x.matches("c")', 'false'],
    ['$x.contains("bat")', 'true'],
    ['$x.equals("cat")', 'false'],
    ['$x.isEmpty()', 'false'],
    ['$x.length()', '9'],
    ['$x.toUpperCase()', 'CAT A BAT'],
  ])('%s is %j', async (expression, expected) => {
    const template = `#set($x = "cat a bat")${expression}`;
    const integration: Partial<IntegrationModel> = {
      type: 'MOCK',
      requestTemplates: { 'application/json': '{"statusCode": 200}' },
      integrationResponses: [response('200', { responseTemplates: { 'application/json': template } })],
    };
    const { server } = await startGateway({ methods: [method('GET /', { integration })] });
    expect((await server.call('GET /prod')).body).toBe(expected);
  });
});
