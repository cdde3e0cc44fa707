import { ADOPTED, adoptedApis } from './adopted-app';
import { Customer } from './customer';
import { type PaidApi, startPaidApi } from './paid-api';
import { StripeSide } from './stripe-side';

let api: PaidApi;
let stripe: StripeSide;

beforeAll(async () => {
  api = await startPaidApi({}, adoptedApis);
  stripe = new StripeSide(api.server.stripe?.url ?? '');
});

afterAll(() => api.close());

/** The URL of an API, with a slash at its end. */
function urlOf(kind: string): string {
  const path = kind === 'Imported' ? 'Elsewhere/Api' : `Adopted/${kind}`;
  return api.server.apis.find(({ model }) => model.path === path)?.url ?? '';
}

async function get(kind: string, path: string, apiKey = '', method = 'GET') {
  const response = await fetch(new URL(path, urlOf(kind)), { method, headers: { 'x-api-key': apiKey } });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text.startsWith('{') ? JSON.parse(text) : text };
}

describe.each(ADOPTED)('%s', (kind) => {
  const item = 'items/1?unit=kg';

  test('401 without a key', async () => {
    const { status, headers, body } = await get(kind, item);
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="api"']);
    expect(body.status).toBe(401);
  });

  test('the free plan is served, then 402, a payment, and the next call is served', async () => {
    // GIVEN a customer who has signed up by this API's own billing routes
    const ada = await Customer.signUp(urlOf(kind), stripe, 'free');
    expect(await get(kind, item, ada.apiKey)).toMatchObject({ status: 200, body: { customer: expect.any(String) } });
    expect((await get(kind, item, ada.apiKey)).status).toBe(200);
    // WHEN the quota is used up
    const refused = await get(kind, item, ada.apiKey);
    expect(refused).toMatchObject({ status: 402, body: { reason: 'quota_exhausted', cost: 2, remaining: 0 } });
    expect(refused.headers.get('link')).toBe(`<${refused.body.checkoutUrl}>; rel="payment"`);
    expect(refused.body.checkoutUrl).toContain(`${urlOf(kind)}billing/checkout/`);
    // THEN its link leads to what is to be paid, and the payment to service
    const { location } = await ada.send('GET', refused.body.checkoutUrl);
    await ada.pay(location);
    expect((await get(kind, item, ada.apiKey)).status).toBe(200);
    expect(await ada.usage()).toMatchObject({ plan: 'pro' });
  });

  test('tells programs of itself', async () => {
    const { status, body } = await get(kind, 'openapi.json');
    expect(status).toBe(200);
    expect(Object.keys(body.paths)).toEqual(expect.arrayContaining(['/billing/plans', '/billing/checkout']));
    expect((await get(kind, 'llms.txt')).body).toContain('2 units a call');
    expect((await get(kind, 'billing/payment-required.schema.json')).status).toBe(200);
    expect((await get(kind, 'billing/mcp')).status).toBe(405);
  });

  test('an open route asks for nothing, where there is one', async () => {
    expect((await get(kind, 'health')).status).toBe(kind === 'Proxy' ? 401 : 200);
  });
});

test('a balance is one, whichever API spends it', async () => {
  const { apiKey } = await api.addCustomer();
  expect((await get('Proxy', 'items/1', apiKey)).status).toBe(200);
  expect((await get('Swagger', 'items/1', apiKey)).status).toBe(200);
  expect((await get('Defined', 'items/1?unit=kg', apiKey)).status).toBe(402);
});

describe('a definition', () => {
  test('keeps what it says itself: request validators, gateway responses, methods for anything', async () => {
    const { apiKey } = await api.addCustomer();
    expect((await get('Defined', 'items/1', apiKey)).status).toBe(400);
    expect(await get('Defined', 'told', apiKey, 'DELETE')).toMatchObject({ status: 200, body: { healthy: true } });
    expect((await get('Defined', 'told', '', 'DELETE')).status).toBe(401);
  });

  test('has its answers tell what is left, where API Gateway maps them', async () => {
    const { apiKey } = await api.addCustomer();
    const { headers } = await get('Defined', 'told', apiKey);
    expect(headers.get('ratelimit')).toMatch(/^"month";r=3;t=\d+$/);
  });

  test('is where discovery takes its descriptions from', async () => {
    const { body } = await get('Defined', 'openapi.json');
    const { get: operation } = body.paths['/items/{id}'];
    expect(operation).toMatchObject({
      operationId: 'getItem',
      summary: 'One item',
      description: 'Costs 2 units a call.',
      parameters: [
        { $ref: '#/components/parameters/Id' },
        { name: 'unit', in: 'query', schema: { enum: ['kg', 'lb'] } },
      ],
      responses: { 200: { description: 'The item' }, 402: expect.anything() },
    });
    expect(JSON.stringify(body)).not.toContain('x-amazon-apigateway');
  });

  test('brings its schemas along, by other names where the paywall has theirs', async () => {
    const { schemas } = (await get('Defined', 'openapi.json')).body.components;
    expect(schemas.Item.properties).toEqual({
      weight: { type: ['number', 'null'] },
      problem: { $ref: '#/components/schemas/Problem2' },
    });
    expect(schemas.Problem2).toMatchObject({ description: 'What is wrong with an item' });
    expect(schemas.Problem.description).toContain('RFC 9457');
  });

  test('answers a preflight request of the billing routes, where `cors` says whose', async () => {
    const { status, headers } = await get('Defined', 'billing/checkout', '', 'OPTIONS');
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, '*']);
  });
});

test('a workflow is named as what is not served here', () => {
  const unserved = api.server.app.unserved.map(({ path }) => path);
  expect(unserved).toContain('Adopted/Steps');
});
