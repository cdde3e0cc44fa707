import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { JsonSchemaType, LambdaRestApi, Model, RequestValidator } from 'aws-cdk-lib/aws-apigateway';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Cost, Identity, Plan, Price, Quota, SignUp, TopUp } from '../../../lib';
import { PAYMENT_REQUIRED_SCHEMA } from '../../../lib/private/payment-required-schema';
import { plans, stripe, tellingApp, topUp } from '../app';
import { type OpenApiDocument, openApi } from './documents';

/** One API with everything in it that the document tells of. */
function describedApi(): OpenApiDocument {
  const { stack, api, backend, paywall } = tellingApp(
    (scope) => ({
      payments: stripe(scope, 'profile_1'),
      topUps: [TopUp.pack('big', { units: 5000, price: Price.once(2000, 'usd') }), topUp(), stripePriced()],
      identities: [
        Identity.apiKeys(),
        Identity.cognito(new UserPool(scope, 'Users')),
        Identity.jwt({ issuer: 'https://idp.example.com/', audience: ['https://api.example.com'] }),
      ],
      discovery: { title: 'Rows & more', description: 'Rows, at $1 #each', version: '2026-11' },
    }),
    { description: 'not this one' },
  );
  paywall.protect(api, {
    costs: { 'POST /search': 5, 'PUT /files/*': Cost.reported({ estimate: 7 }) },
    open: ['GET /health'],
    routePlans: { 'POST /search': ['pro'] },
  });
  // After `protect`, as an app may do.
  const model = new Model(stack, 'Search', {
    restApi: api,
    contentType: 'application/json',
    schema: {
      type: JsonSchemaType.OBJECT,
      required: ['q'],
      properties: { q: { type: JsonSchemaType.STRING }, top: { minimum: 0, exclusiveMinimum: true, maximum: 9 } },
    },
  });
  api.root.addResource('search').addMethod('POST', backend, {
    operationName: 'searchRows',
    requestModels: { 'application/json': model },
    requestValidator: new RequestValidator(stack, 'Validator', { restApi: api, validateRequestBody: true }),
    requestParameters: {
      'method.request.querystring.page': true,
      'method.request.multivaluequerystring.tag': false,
      'method.request.header.X-Trace': false,
      'method.request.header.Authorization': true,
    },
    methodResponses: [{ statusCode: '201' }, { statusCode: '409' }],
  });
  const files = api.root.addResource('files').addResource('{proxy+}');
  files.addMethod('ANY', backend);
  files.addMethod('DELETE', backend);
  return openApi(stack);
}

function stripePriced(): TopUp {
  return TopUp.pack('there', { units: 10, price: Price.fromStripe('price_1') });
}

describe('the document of an API', () => {
  let document: OpenApiDocument;
  beforeAll(() => {
    document = describedApi();
  });

  test('is OpenAPI 3.1 under the names that the props give, relative to where it is served', () => {
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Rows & more', description: 'Rows, at $1 #each', version: '2026-11' },
      servers: [{ url: '.' }],
      'x-service-info': { docs: { llms: '/llms.txt' } },
    });
  });

  test('has every route, also those that come after protect, with ANY spelt out', () => {
    const routes = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    );
    expect(routes.filter((route) => !route.includes('/billing/')).sort()).toEqual([
      'delete /files/{proxy}',
      'get /files/{proxy}',
      'get /health',
      'get /items/{id}',
      'head /files/{proxy}',
      'patch /files/{proxy}',
      'post /files/{proxy}',
      'post /search',
      'put /files/{proxy}',
    ]);
  });

  test('has the billing routes that customers use, and not those of Stripe and of backends', () => {
    const billing = Object.keys(document.paths).filter((path) => path.startsWith('/billing/'));
    expect(billing.sort()).toEqual([
      '/billing/checkout',
      '/billing/checkout/{token}',
      '/billing/keys',
      '/billing/keys/{keyId}',
      '/billing/keys/{keyId}/rotate',
      '/billing/plans',
      '/billing/portal',
      '/billing/usage',
      '/billing/welcome',
    ]);
    expect(document.paths['/billing/usage']?.get).toMatchObject({
      operationId: 'billing.showUsage',
      tags: ['billing'],
    });
    expect(document.paths['/billing/checkout']?.post?.security).toContainEqual({});
    expect(document.paths['/billing/usage']?.get?.security).not.toContainEqual({});
    expect(document.paths['/billing/plans']?.get?.security).toEqual([]);
  });

  test('names each operation once: by its own name, or by method and path', () => {
    const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(
      expect.arrayContaining(['searchRows', 'getItemsById', 'getFilesByProxy', 'deleteFilesByProxy']),
    );
  });

  test('tells what an operation takes', () => {
    expect(document.paths['/items/{id}']?.get?.parameters).toEqual([
      { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
    ]);
    const search = document.paths['/search']?.post;
    expect(search?.parameters).toEqual([
      { name: 'page', in: 'query', required: true, schema: { type: 'string' } },
      { name: 'tag', in: 'query', required: false, schema: { type: 'array', items: { type: 'string' } } },
      { name: 'X-Trace', in: 'header', required: false, schema: { type: 'string' } },
    ]);
    expect(search?.requestBody).toEqual({
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['q'],
            properties: { q: { type: 'string' }, top: { exclusiveMinimum: 0, maximum: 9 } },
          },
        },
      },
    });
    expect(document.paths['/files/{proxy}']?.put?.requestBody).toEqual({
      content: { 'application/json': { schema: {} } },
    });
    expect(document.paths['/files/{proxy}']?.get).not.toHaveProperty('requestBody');
  });

  test('tells what an operation costs, and which plans include it', () => {
    const offers = [
      {
        amount: '500',
        currency: 'usd',
        method: 'stripe',
        intent: 'charge',
        description: '1,000 units',
        topUp: '1k',
        units: 1000,
      },
      {
        amount: '2000',
        currency: 'usd',
        method: 'stripe',
        intent: 'charge',
        description: '5,000 units',
        topUp: 'big',
        units: 5000,
      },
    ];
    const infoOf = (path: string, method: string) => document.paths[path]?.[method]?.['x-payment-info'];
    expect(infoOf('/items/{id}', 'get')).toEqual({ offers, unitsPerCall: 1, plans: ['free', 'pro'] });
    expect(infoOf('/search', 'post')).toEqual({ offers, unitsPerCall: 5, plans: ['pro'] });
    expect(infoOf('/files/{proxy}', 'put')).toEqual({ offers, estimatedUnitsPerCall: 7, plans: ['free', 'pro'] });
    expect(infoOf('/files/{proxy}', 'get')).toMatchObject({ unitsPerCall: 1 });
  });

  test('tells how callers are known', () => {
    expect(document.components.securitySchemes).toMatchObject({
      apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      bearerApiKey: { type: 'http', scheme: 'bearer' },
      token1: { type: 'http', scheme: 'bearer', description: expect.stringContaining('user pool reference (access)') },
      token2: { bearerFormat: 'JWT', description: expect.stringContaining('https://idp.example.com/') },
    });
    const ways = [{ apiKey: [] }, { bearerApiKey: [] }, { token1: [] }, { token2: [] }];
    expect(document.paths['/search']?.post?.security).toEqual(ways);
  });

  test('has the refusals of a route that is paid for, and its own statuses', () => {
    const { responses } = document.paths['/search']?.post ?? {};
    expect(Object.keys(responses ?? {})).toEqual(['201', '401', '402', '403', '409', '429', '503']);
    expect(responses?.['402']).toEqual({ $ref: '#/components/responses/PaymentRequired' });
    expect(document.components.responses?.PaymentRequired).toMatchObject({
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/PaymentRequired' } } },
    });
    expect(document.components.schemas?.PaymentRequired).toMatchObject({
      ...PAYMENT_REQUIRED_SCHEMA,
      externalDocs: { url: 'billing/payment-required.schema.json' },
    });
  });

  test('knows of no payment and no credential where a route is open', () => {
    const health = document.paths['/health']?.get;
    expect(health).toMatchObject({ security: [] });
    expect(health).not.toHaveProperty('x-payment-info');
    expect(Object.keys(health?.responses ?? {})).toEqual(['200']);
  });

  test('refers to nothing that it does not have', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) =>
      path.split('/'),
    );
    expect(refs.length).toBeGreaterThan(20);
    for (const path of refs) {
      const target = path.reduce<unknown>(
        (node, name) => (node as Record<string, unknown> | undefined)?.[name],
        document,
      );
      expect([path, target]).toEqual([path, expect.any(Object)]);
    }
  });
});

test('without words of its own the document takes those of the API; an amount is null where no price is known', () => {
  const { stack, api, paywall } = tellingApp(
    (scope) => ({ topUps: [stripePriced()], payments: stripe(scope, 'profile_1') }),
    { description: 'Items', restApiName: 'shop' },
  );
  paywall.protect(api);
  const document = openApi(stack);
  expect(document.info).toEqual({ title: 'shop', version: '1', description: 'Items' });
  expect(document.paths['/items/{id}']?.get?.['x-payment-info']).toEqual({
    amount: null,
    unitsPerCall: 1,
    plans: ['free', 'pro'],
  });
});

test('nothing is offered to calls where none can pay: what there is to pay is told by the 402', () => {
  const { stack, api, paywall } = tellingApp({ topUps: [topUp()] });
  paywall.protect(api);
  const info = openApi(stack).paths['/items/{id}']?.get?.['x-payment-info'];
  expect(info).toEqual({ amount: null, unitsPerCall: 1, plans: ['free', 'pro'] });
});

test('only tokens, and values that the deployment alone knows', () => {
  const hostile = '"},"x":1,$util #set($a=1) \\';
  const { stack, api, paywall } = tellingApp((scope) => {
    const name = new CfnParameter(scope, 'Name').valueAsString;
    const issuer = new CfnParameter(scope, 'Issuer').valueAsString;
    return {
      plans: [Plan.free('free', { quota: Quota.oneTime(5), displayName: name }), ...plans().slice(1)],
      topUps: [TopUp.pack('1k', { units: 1000, price: Price.once(500, 'usd'), displayName: name })],
      identities: [Identity.jwt({ issuer, audience: ['a'] })],
      payments: stripe(scope, 'profile_1'),
      discovery: { title: name, description: `It is ${name}.` },
    };
  });
  paywall.protect(api);
  const document = openApi(stack, hostile);
  expect(document.info).toMatchObject({ title: hostile, description: `It is ${hostile}.` });
  expect(Object.keys(document.components.securitySchemes ?? {})).toEqual(['token']);
  expect(document.components.securitySchemes?.token?.description).toContain(hostile);
  expect(document.paths['/items/{id}']?.get?.['x-payment-info']).toMatchObject({ offers: [{ description: hostile }] });
  expect(document.paths).not.toHaveProperty(['/billing/keys']);
});

test('an open sign-up needs no key', () => {
  const { stack, api, paywall } = tellingApp({ signUp: SignUp.open() });
  paywall.protect(api);
  const { post } = openApi(stack).paths['/billing/sign-up'] ?? {};
  expect(post).toMatchObject({ operationId: 'billing.signUp', security: [] });
});

test('operations of one name are told apart, and a model that refers to another is any JSON', () => {
  const { stack, api, backend, paywall } = tellingApp();
  paywall.protect(api);
  const referring = new Model(stack, 'Referring', {
    restApi: api,
    schema: { ref: 'https://apigateway.example/models/Other' },
  });
  const rows = api.root.addResource('rows');
  rows.addMethod('ANY', backend, { operationName: 'rows', requestModels: { 'application/json': referring } });
  rows.addResource('{id}').addMethod('GET', backend, { operationName: 'rowsGet' });
  const { paths } = openApi(stack);
  expect(paths['/rows']?.get?.operationId).toBe('rowsGet');
  expect(paths['/rows/{id}']?.get?.operationId).toBe('rowsGet2');
  expect(paths['/rows']?.post?.requestBody).toEqual({ content: { 'application/json': { schema: {} } } });
});

test('an API of one method at its root has a name for it', () => {
  const { stack, backend: _backend, paywall } = tellingApp();
  const handler = stack.node.findChild('Backend') as ConstructorParameters<typeof LambdaRestApi>[2]['handler'];
  const api = new LambdaRestApi(stack, 'Root', { handler, proxy: false, cloudWatchRole: false });
  api.root.addMethod('GET');
  paywall.protect(api);
  const template = Template.fromStack(Stack.of(api));
  expect(openApi(template).paths['/']?.get?.operationId).toBe('getRoot');
});
