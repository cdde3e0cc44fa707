import { readdirSync, readFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { type App, Stack } from 'aws-cdk-lib';
import {
  HttpIntegration,
  type IntegrationOptions,
  JsonSchemaType,
  LambdaIntegration,
  PassthroughBehavior,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  CallerContext,
  JsonTemplate,
  Payments,
  Paywall,
  Plan,
  Price,
  Quota,
  RequestValidation,
  TemplateValue,
  UpstreamAuth,
} from '../../lib';
import { type PaidApi, startPaidApi, synthesize } from './paid-api';

/** What a request was when it came to the backend: header lines with their names in lower case, each as often as it came. */
interface Seen {
  readonly line: string;
  readonly headers: (readonly [string, string])[];
  readonly body: string;
}

let upstream: Server;
let seen: Seen[] = [];
let api: PaidApi;
let assemblyDir: string;
const logged: string[] = [];

/** Gives back what it is handed; of a proxy's event, who calls as its headers say, and as the paywall says. */
const HANDLER = `
  const { paywallCaller } = require(${JSON.stringify(resolve('assets', 'backend'))});
  exports.handler = async (event) => {
    if (event.requestContext) {
      const body = JSON.stringify({ claimed: event.headers['x-paywall-customer'], caller: paywallCaller(event) });
      return { statusCode: 200, body };
    }
    if (event.fail) {
      throw new Error('no such city: ' + event.city);
    }
    return event;
  };
`;

const SCHEMA = {
  type: JsonSchemaType.OBJECT,
  required: ['city', 'days'],
  properties: { city: { type: JsonSchemaType.STRING }, days: { type: JsonSchemaType.INTEGER, maximum: 14 } },
};

/** An API of a route for each kind of integration, in front of one upstream. */
function transformed(app: App, url: string): void {
  const stack = new Stack(app, 'Transformed');
  const rest = new RestApi(stack, 'Api', { cloudWatchRole: false });
  const add = (path: string, options?: IntegrationOptions, proxy = true) =>
    rest.root.addResource(path).addMethod('ANY', new HttpIntegration(url, { proxy, httpMethod: 'ANY', options }));
  for (const path of ['proxied', 'open', 'upstream', 'bearer', 'validated']) {
    add(path);
  }
  const gone = { 'application/json': '{"gone": $input.json(\'$.wanted\')}' };
  add(
    'mapped',
    {
      requestParameters: { 'integration.request.querystring.wanted': 'method.request.querystring.q' },
      integrationResponses: [
        { statusCode: '200' },
        { statusCode: '410', selectionPattern: '4\\d\\d', responseTemplates: gone },
      ],
    },
    false,
  );
  const handler = new LambdaFunction(stack, 'Custom', {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromInline(HANDLER),
  });
  rest.root.addResource('lambda').addMethod('GET', new LambdaIntegration(handler));
  const custom = new LambdaIntegration(handler, {
    proxy: false,
    passthroughBehavior: PassthroughBehavior.NEVER,
    requestTemplates: JsonTemplate.request({
      customer: CallerContext.CUSTOMER,
      plan: CallerContext.PLAN,
      remaining: CallerContext.REMAINING,
      city: TemplateValue.pathParameter('city'),
      note: TemplateValue.header('X-Note'),
      fail: TemplateValue.queryParameter('fail'),
      order: TemplateValue.body('$.order'),
      fixed: TemplateValue.literal({ price: '$5 #1' }),
    }),
    integrationResponses: [
      { statusCode: '200' },
      {
        statusCode: '404',
        selectionPattern: 'no such city: .*',
        responseTemplates: { 'application/json': '{"error": $input.json(\'$.errorMessage\')}' },
      },
    ],
  });
  rest.root
    .addResource('custom')
    .addResource('{city}')
    .addMethod('POST', custom, {
      methodResponses: [{ statusCode: '200' }, { statusCode: '404' }],
    });
  const key = new Secret(stack, 'UpstreamKey', {
    generateSecretString: { secretStringTemplate: '{}', generateStringKey: 'key', excludePunctuation: true },
  });
  const paywall = new Paywall(stack, 'Paywall', {
    plans: [
      Plan.free('free', { quota: Quota.perMonth(50) }),
      Plan.paid('unlimited', { quota: Quota.unlimited(), price: Price.monthly(2900, 'usd') }),
    ],
    payments: Payments.stripe({ secretKey: Secret.fromSecretNameV2(stack, 'Stripe', 'stripe/secret-key') }),
  });
  paywall.protect(rest, {
    open: ['ANY /open'],
    upstreamAuth: {
      'ANY /upstream': UpstreamAuth.fromSecret(key, { header: 'X-Upstream-Key', jsonField: 'key' }),
      'ANY /bearer': UpstreamAuth.fromSecret(key, { jsonField: 'key', prefix: 'Bearer ' }),
    },
    requests: { 'ANY /validated': RequestValidation.json(SCHEMA, { queryParameters: ['q'] }) },
  });
}

beforeAll(async () => {
  upstream = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) {
      chunks.push(chunk);
    }
    const headers: (readonly [string, string])[] = [];
    for (let index = 0; index < message.rawHeaders.length; index += 2) {
      headers.push([(message.rawHeaders[index] ?? '').toLowerCase(), message.rawHeaders[index + 1] ?? '']);
    }
    seen.push({ line: `${message.method} ${message.url}`, headers, body: Buffer.concat(chunks).toString() });
    const wanted = new URL(message.url ?? '', 'http://upstream').searchParams.get('wanted');
    response.statusCode = wanted === null ? 200 : 404;
    response.end(JSON.stringify({ wanted }));
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port } = upstream.address() as AddressInfo;
  assemblyDir = synthesize((app) => transformed(app, `http://127.0.0.1:${port}/`));
  api = await startPaidApi({ assemblyDir, log: (line) => logged.push(line) });
});

afterAll(async () => {
  await api.close();
  upstream.close();
});

beforeEach(() => {
  seen = [];
});

/** The key that the local Secrets Manager has made for the upstream. */
function upstreamKey(): string {
  const secret = api.server.app.secrets.find(({ path }) => path === 'Transformed/UpstreamKey');
  return JSON.parse(secret?.value ?? '{}').key;
}

/** Header lines go over the wire as they stand here: in this case, and as often. */
function call(line: string, headers: string[], body?: string): Promise<{ status: number; type: string; text: string }> {
  const [method = '', path = ''] = line.split(' ');
  const url = new URL(path, api.url);
  const host = ['Host', url.host, ...(body === undefined ? [] : ['Content-Length', String(Buffer.byteLength(body))])];
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: [...host, ...headers], agent: false }, (message) => {
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('end', () => {
        const type = message.headers['content-type'] ?? '';
        resolve({ status: message.statusCode ?? 0, type, text: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.on('error', reject).end(body);
  });
}

/** All that the upstream was told under a header of that name. */
function told(name: string): string[] {
  return (seen.at(-1)?.headers ?? []).filter(([key]) => key === name).map(([, value]) => value);
}

const CALLER_HEADERS = ['x-paywall-customer', 'x-paywall-plan', 'x-paywall-remaining'];

/** What somebody sends who would be somebody else. */
const SPOOFED = [
  ...['X-Paywall-Customer', 'x-paywall-customer', 'X-PAYWALL-CUSTOMER'].flatMap((name) => [name, 'victim']),
  ...['x-Paywall-Plan', 'enterprise', 'X-PAYWALL-REMAINING', '999999', 'x-paywall-remaining', '999999'],
];

describe('a backend by HTTP', () => {
  test.each(['GET proxied', 'POST proxied', 'GET mapped', 'POST mapped'])(
    'is told by %s who calls, once, whatever the caller says',
    async (line) => {
      const { customer, apiKey } = await api.addCustomer({ remaining: 40 });
      expect((await call(line, ['x-api-key', apiKey, ...SPOOFED])).status).toBe(200);
      expect(CALLER_HEADERS.map(told)).toEqual([[customer], ['free'], ['39']]);
    },
  );

  test('is told that there is no limit, and not what the caller says', async () => {
    const { customer, apiKey } = await api.addCustomer({ plan: 'unlimited' });
    expect((await call('GET proxied', ['x-api-key', apiKey, ...SPOOFED])).status).toBe(200);
    expect(CALLER_HEADERS.map(told)).toEqual([[customer], ['unlimited'], ['unlimited']]);
  });

  test('is told on an open route that nobody is known, with or without a key', async () => {
    const { apiKey } = await api.addCustomer();
    for (const headers of [SPOOFED, ['x-api-key', apiKey, ...SPOOFED], []]) {
      expect((await call('GET open', headers)).status).toBe(200);
      expect(CALLER_HEADERS.map(told)).toEqual([['-'], ['-'], ['-']]);
    }
  });

  test('that is no proxy is sent what is mapped, and its answer is worded by the template for its status', async () => {
    const { apiKey } = await api.addCustomer();
    const answer = await call('GET mapped?q=a%20b&other=1', ['x-api-key', apiKey, 'X-Other', 'kept back']);
    expect(seen.at(-1)?.line).toBe('GET /?wanted=a%20b');
    expect([told('x-api-key'), told('x-other')]).toEqual([[], []]);
    expect([answer.status, answer.text]).toEqual([410, '{"gone": "a b"}']);
  });
});

describe('the key of an upstream', () => {
  test('reaches the upstream, and the credential of the customer does not', async () => {
    const { apiKey } = await api.addCustomer();
    const sent = ['X-API-Key', apiKey, 'Authorization', `Bearer ${apiKey}`, 'Payment-Authorization', 'Payment secret'];
    const answer = await call('POST upstream', [...sent, 'x-upstream-key', 'mine', 'X-UPSTREAM-KEY', 'mine'], 'hello');
    expect(answer.status).toBe(200);
    expect(told('x-upstream-key')).toEqual([upstreamKey()]);
    expect(JSON.stringify(seen)).not.toContain(apiKey);
    expect(JSON.stringify(seen)).not.toContain('Payment secret');
    expect(seen.at(-1)?.body).toBe('hello');
  });

  test('takes the place of the customer’s in `Authorization`', async () => {
    const { apiKey } = await api.addCustomer();
    expect((await call('GET bearer', ['authorization', `Bearer ${apiKey}`])).status).toBe(200);
    expect(told('authorization')).toEqual([`Bearer ${upstreamKey()}`]);
    expect(JSON.stringify(seen)).not.toContain(apiKey);
  });

  test('is seen by nobody else: not by callers, not in the cloud assembly, not in what is logged', async () => {
    const { apiKey } = await api.addCustomer();
    expect(upstreamKey()).toHaveLength(32);
    const answers = await Promise.all(
      ['GET upstream', 'GET upstream/nowhere', 'GET proxied', 'GET openapi.json', 'GET llms.txt'].map(async (line) =>
        JSON.stringify(await call(line, ['x-api-key', apiKey])),
      ),
    );
    const files = readdirSync(assemblyDir, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    const assembly = files.map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'));
    expect([...answers, ...assembly, ...logged].filter((text) => text.includes(upstreamKey()))).toEqual([]);
    expect(assembly.join()).toContain('{{resolve:secretsmanager:');
  });
});

describe('a function that is no proxy', () => {
  test('is handed what the template makes, and no word of the caller’s leaves its quotes', async () => {
    const { customer, apiKey } = await api.addCustomer({ remaining: 40 });
    const note = `it's "fine" \\ $context.requestId #if','x`;
    const body = JSON.stringify({ order: { rows: [1, "it's"] } });
    const headers = ['x-api-key', apiKey, 'X-Note', note, 'Content-Type', 'application/json', ...SPOOFED];
    // A parameter of the query is not what a template takes for a header.
    const answer = await call('POST custom/K%C3%B6ln?X-Note=spoofed', headers, body);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({
      customer,
      plan: 'free',
      remaining: '39',
      city: 'Köln',
      note,
      fail: '',
      order: { rows: [1, "it's"] },
      fixed: { price: '$5 #1' },
    });
  });

  test('chooses the answer by the message of its error', async () => {
    const { apiKey } = await api.addCustomer();
    const answer = await call('POST custom/oz?fail=1', ['x-api-key', apiKey], '{}');
    expect([answer.status, JSON.parse(answer.text)]).toEqual([404, { error: 'no such city: oz' }]);
  });

  test('is not reached past its template', async () => {
    const { apiKey } = await api.addCustomer();
    const answer = await call(
      'POST custom/oz',
      ['x-api-key', apiKey, 'Content-Type', 'text/plain'],
      '{"customer":"x"}',
    );
    expect(answer.status).toBe(415);
  });
});

test('a Lambda proxy gets what the caller has sent, and the truth beside it', async () => {
  const { customer, apiKey } = await api.addCustomer();
  const { text } = await call('GET lambda', ['x-api-key', apiKey, 'x-paywall-customer', 'victim']);
  expect(JSON.parse(text)).toEqual({ claimed: 'victim', caller: expect.objectContaining({ customer, plan: 'free' }) });
});

describe('a request that is not what the route takes', () => {
  const JSON_TYPE = ['Content-Type', 'application/json'];

  test.each([
    ['GET validated', undefined, 'Missing required request parameters: [q]'],
    ['POST validated?q=1', '{"days":3}', '[object has missing required properties (["city"])]'],
    ['POST validated?q=1', '{"city":"Oz","days":15}', 'greater than the required maximum (maximum: 14, found: 15)'],
    ['POST validated?q=1', '{"city":7,"days":1}', 'instance type (integer) does not match'],
    ['POST validated?q=1', 'no JSON', 'Unable to parse JSON'],
    ['POST validated?q=1', undefined, 'missing required properties (["city","days"])'],
  ])('%s %s is told why, and costs nothing', async (line, body, reason) => {
    const { customer, apiKey } = await api.addCustomer({ remaining: 40 });
    const answer = await call(line, ['x-api-key', apiKey, ...JSON_TYPE], body);
    expect([answer.status, answer.type]).toEqual([400, 'application/problem+json']);
    expect(JSON.parse(answer.text)).toMatchObject({
      status: 400,
      title: 'Bad Request',
      detail: expect.stringContaining(reason),
    });
    expect(seen).toEqual([]);
    expect(await api.remaining(customer, 40)).toBe(40);
  });

  test('does not pass as another type either', async () => {
    const { apiKey } = await api.addCustomer();
    const sent = ['x-api-key', apiKey, 'Content-Type', 'text/plain'];
    expect((await call('POST validated?q=1', sent, '{"days":3}')).status).toBe(400);
  });

  test('is let through once it is', async () => {
    const { customer, apiKey } = await api.addCustomer({ remaining: 40 });
    const sent = ['x-api-key', apiKey, ...JSON_TYPE];
    expect((await call('POST validated?q=1', sent, '{"city":"Oz","days":14}')).status).toBe(200);
    expect((await api.balanceOf(customer))?.remaining).toBe(39);
  });
});
