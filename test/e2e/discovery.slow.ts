import { MockIntegration, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { everyAnswer, type PaidApi, startPaidApi } from './paid-api';

/** `/told` is answered by API Gateway, with headers out of the authorizer's context. */
let api: PaidApi;
beforeAll(async () => {
  api = await startPaidApi({}, (app) => {
    everyAnswer(app, { discovery: { title: '$context.stage', description: '#if(true) "x" \\ é' } });
    const restApi = app.node.findChild('Paid').node.findChild('Api') as RestApi;
    const integration = new MockIntegration({
      requestTemplates: { 'application/json': '{"statusCode": 200}' },
      integrationResponses: [
        { statusCode: '200', responseParameters: { 'method.response.header.X-Plan': 'context.authorizer.plan' } },
      ],
    });
    restApi.root.addResource('told').addMethod('GET', integration, {
      methodResponses: [{ statusCode: '200', responseParameters: { 'method.response.header.X-Plan': false } }],
    });
  });
});
afterAll(() => api.close());

interface Document {
  readonly info: { readonly title: string; readonly description: string };
  readonly servers: readonly [{ readonly url: string }];
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly security: readonly object[] }>>>>;
}

function get(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(new URL(path, api.url), init);
}

test.each([
  ['openapi.json', 'application/json'],
  ['llms.txt', 'text/plain; charset=utf-8'],
  ['billing/payment-required.schema.json', 'application/schema+json'],
])('%s is open to everybody, whatever he accepts, and may be kept', async (path, contentType) => {
  const response = await get(path, { headers: { Accept: 'text/html' } });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, contentType]);
  expect(response.headers.get('cache-control')).toBe('public, max-age=300');
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
});

test("texts are as the app gives them, and no template's", async () => {
  const { info } = (await (await get('openapi.json')).json()) as Document;
  expect(info).toMatchObject({ title: '$context.stage', description: '#if(true) "x" \\ é' });
  const [title, , summary] = (await (await get('llms.txt')).text()).split('\n');
  expect([title, summary]).toEqual(['# $context.stage', '> \\#if(true) \\"x\\" \\\\ é']);
});

test('every route of the document is there, relative to the document, and asks for a key where it says so', async () => {
  const response = await get('openapi.json');
  const { servers, paths } = (await response.json()) as Document;
  const base = new URL(servers[0].url, response.url).href.replace(/\/$/, '');
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, { security }] of Object.entries(item)) {
      const answer = await fetch(base + path.replaceAll(/\{\w+\}/g, 'x'), { method, redirect: 'manual' });
      const needsKey = security.length > 0 && !security.some((way) => Object.keys(way).length === 0);
      expect([method, path, answer.status === 401]).toEqual([method, path, needsKey]);
      // What API Gateway answers where it has no such method.
      expect(await answer.text()).not.toContain('Missing Authentication Token');
    }
  }
});

test("an answer that API Gateway maps has the authorizer's values, and no header where there is none", async () => {
  const { apiKey } = await api.addCustomer();
  const response = await get('told', { headers: { 'x-api-key': apiKey } });
  expect([response.status, response.headers.get('x-plan')]).toEqual([200, 'free']);
  expect(response.headers.get('payment-receipt')).toBeNull();
});

test('a call that is served tells what is left, where API Gateway maps the answer itself', async () => {
  const { apiKey } = await api.addCustomer({ remaining: 7 });
  const { status, headers } = await get('told', { headers: { 'x-api-key': apiKey } });
  expect([status, headers.get('ratelimit-policy')]).toEqual([200, expect.stringMatching(/^"month";q=50;w=\d+$/)]);
  expect(headers.get('ratelimit')).toMatch(/^"month";r=6;t=\d+$/);
});
