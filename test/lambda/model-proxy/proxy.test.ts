import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { ProviderAnswer, ProviderCall } from '../../../lambda/adapters/model-providers';
import type { ChargeReport } from '../../../lambda/domain/models/reservation';
import type { Caller } from '../../../lambda/model-proxy/caller';
import { proxyModelCall } from '../../../lambda/model-proxy/proxy';
import type { ModelRouteEntry } from '../../../lib/private/model-entry';
import { balance, CATALOGUE, NOW } from '../fixtures';

const ROUTE: ModelRouteEntry = {
  dialect: 'openai',
  providers: [
    { secretArn: 'arn:first', baseUrl: 'https://first.example/v1' },
    { secretArn: 'arn:second', baseUrl: 'https://second.example/v1', models: { mini: 'vendor/mini' } },
  ],
  models: {
    mini: {
      price: { input: 1_000_000, output: 1_000_000, cachedInput: 1_000_000, cacheWriteInput: 1_000_000 },
      aliases: ['default'],
      maxOutputTokens: 50,
    },
    large: {
      price: { input: 1_000_000, output: 1_000_000, cachedInput: 1_000_000, cacheWriteInput: 1_000_000 },
      plans: ['pro'],
      maxOutputTokens: 50,
    },
  },
  firstByteTimeout: 50,
  billingPath: 'billing',
  corsOrigins: ['https://app.example'],
};

/** What a provider does: answers, or throws. */
type Provider = (call: ProviderCall) => Promise<Partial<ProviderAnswer> & { json?: object; sse?: Iterable<string> }>;

interface Setting {
  readonly body?: object;
  readonly route?: Partial<ModelRouteEntry>;
  readonly providers: readonly Provider[];
  /** Units. */
  readonly remaining?: number;
  readonly store?: 'away';
  /** Pieces that the caller takes before he goes. */
  readonly takes?: number;
  readonly remainingMillis?: number;
  readonly countFails?: boolean;
}

async function call(setting: Setting) {
  const { body = { model: 'mini', messages: [] }, providers, remaining = 10_000, takes = 99 } = setting;
  const reports: { readonly delay: number; readonly charge: string; readonly units: number }[] = [];
  const sent: ProviderCall[] = [];
  const errors: unknown[] = [];
  const answer = { status: 0, headers: {} as Readonly<Record<string, string>>, pieces: [] as string[], ended: false };
  const caller: Caller = {
    get hasBegun() {
      return answer.status !== 0;
    },
    begin: (status, headers) => {
      expect(answer.status).toBe(0);
      Object.assign(answer, { status, headers });
    },
    write: async (bytes) => {
      if (answer.pieces.length >= takes) {
        return false;
      }
      answer.pieces.push(Buffer.from(bytes).toString());
      return true;
    },
    end: async () => {
      answer.ended = true;
    },
  };
  let left = remaining;
  const waiting = [...providers];
  await proxyModelCall(event(body), caller, () => setting.remainingMillis ?? 20_000, {
    route: { ...ROUTE, ...setting.route },
    catalogue: CATALOGUE,
    store: {
      reserve: async (_, units) => {
        if (setting.store === 'away') {
          throw new Error('the store is away');
        }
        const isDone = left >= units;
        left -= isDone ? units : 0;
        return { isDone, balance: balance({ remaining: left }) };
      },
    },
    reports: {
      send: async (list: readonly ChargeReport[], delay = 0) => {
        reports.push(...list.map((report) => ({ delay, charge: report.call.chargeId, units: report.units })));
      },
    },
    send: async (request) => {
      sent.push(request);
      const next = waiting.shift();
      if (next === undefined) {
        throw new Error('nobody was to be asked any more');
      }
      return answered(await next(request));
    },
    secret: async (arn) => `key of ${arn}`,
    count: async (text) => {
      if (setting.countFails) {
        throw new Error('no tokenizer');
      }
      return text.split(/\s+/).filter((word) => word !== '').length;
    },
    clock: () => NOW,
    logError: (_message, _about, error) => errors.push(error),
  });
  expect(answer.ended).toBe(true);
  return { ...answer, text: answer.pieces.join(''), reports, sent, errors, left };
}

function answered({ status = 200, headers, json, sse, body }: Awaited<ReturnType<Provider>>): ProviderAnswer {
  const type = sse === undefined ? 'application/json' : 'text/event-stream';
  const chunks = body ?? bytesOf(sse ?? [JSON.stringify(json ?? {})]);
  return { status, headers: headers ?? new Headers({ 'content-type': type, 'x-limit': 'secret' }), body: chunks };
}

async function* bytesOf(pieces: Iterable<string>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    yield Buffer.from(piece);
  }
}

function event(body: object): APIGatewayProxyEvent {
  return {
    resource: '/v1/chat/completions',
    path: '/v1/chat/completions',
    httpMethod: 'POST',
    headers: { Authorization: 'Bearer the callers own', Origin: 'https://app.example' },
    multiValueHeaders: {},
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    isBase64Encoded: false,
    body: JSON.stringify(body),
    requestContext: {
      requestId: 'request-1',
      domainName: 'api.example',
      stage: 'prod',
      path: '/prod/v1/chat/completions',
      authorizer: { charge: 'call-1', customer: 'ada', plan: 'free', cost: '5', bought: '0', period: '1' },
    },
  } as unknown as APIGatewayProxyEvent;
}

const whole: Provider = async () => ({
  json: { choices: [{ message: { content: 'one two three' } }], usage: { prompt_tokens: 8, completion_tokens: 3 } },
});
const failing =
  (status: number, headers = {}): Provider =>
  async () => ({ status, headers: new Headers(headers), json: { error: 'x' } });
const silent: Provider = ({ signal }) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')));
  });
const chunk = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;
const usage = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 8, completion_tokens: 3 } })}\n\n`;
const streaming =
  (...pieces: string[]): Provider =>
  async () => ({ sse: pieces });
const breaking =
  (...pieces: string[]): Provider =>
  async () => ({
    headers: new Headers({ 'content-type': 'text/event-stream' }),
    body: (async function* () {
      yield* bytesOf(pieces);
      throw new Error('the connection broke');
    })(),
  });

const STREAM = { model: 'mini', messages: [{ role: 'user', content: 'a b c d' }], stream: true };
/** What is told once the call is over; before it, that what was reserved goes back if nobody tells. */
const settled = (reports: readonly { delay: number; charge: string; units: number }[]) =>
  reports.filter(({ delay }) => delay === 0).map(({ charge, units }) => [charge, units]);
const FREE = [
  ['call-1', 0],
  ['call-1.extra', 0],
];

describe('a call that is answered', () => {
  test('costs what the provider tells, and is told what he says', async () => {
    const { status, text, reports, sent, headers } = await call({ providers: [whole] });
    expect(status).toBe(200);
    expect(JSON.parse(text).choices[0].message.content).toBe('one two three');
    // 11 units, of which the authorizer has charged 5.
    expect(settled(reports)).toEqual([['call-1.extra', 6]]);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(headers['x-limit']).toBeUndefined();
    expect(sent[0]).toMatchObject({
      url: 'https://first.example/v1/chat/completions',
      headers: { authorization: 'Bearer key of arn:first' },
    });
    expect(JSON.stringify(sent)).not.toContain('the callers own');
  });

  test('is guarded by a report that gives back what was reserved', async () => {
    const { reports, left } = await call({ providers: [whole] });
    expect(reports[0]).toEqual({ delay: 900, charge: 'call-1.extra', units: 0 });
    expect(left).toBeLessThan(10_000);
  });

  test('needs no report where it costs what was charged', async () => {
    const body = { model: 'mini', max_tokens: 1 };
    const exact: Provider = async () => ({ json: { usage: { prompt_tokens: 49, completion_tokens: 1 } } });
    const tenth = { input: 100_000, output: 100_000, cachedInput: 0, cacheWriteInput: 0 };
    const mini = { price: tenth, maxOutputTokens: 50 };
    const { reports } = await call({ body, providers: [exact], route: { models: { mini } } });
    expect(reports).toEqual([]);
  });

  test('goes by the alias that the caller knows, and the name that the provider does', async () => {
    const body = { model: 'default', messages: [] };
    const { sent } = await call({ body, providers: [failing(500), whole] });
    expect(sent.map((request) => JSON.parse(request.body).model)).toEqual(['mini', 'vendor/mini']);
  });

  test('is counted where the provider tells nothing', async () => {
    const untold: Provider = async () => ({ json: { choices: [{ message: { content: 'one two three' } }] } });
    const body = { model: 'mini', messages: [{ role: 'user', content: 'a b c d' }] };
    expect(settled((await call({ body, providers: [untold] })).reports)).toEqual([['call-1.extra', 2]]);
  });

  test('can be read by the pages of the API’s origins', async () => {
    const { headers } = await call({ providers: [whole] });
    expect(headers['Access-Control-Allow-Origin']).toBe('https://app.example');
  });

  test('is cut by what the balance pays for, and says so', async () => {
    const { sent, headers, left } = await call({ providers: [whole], remaining: 40 });
    const limit = JSON.parse(sent[0]?.body ?? '').max_completion_tokens;
    expect(limit).toBeGreaterThanOrEqual(16);
    expect(limit).toBeLessThan(50);
    expect(headers['X-Max-Output-Tokens']).toBe(String(limit));
    expect(left).toBe(0);
  });
});

describe('a stream', () => {
  test('is passed on as it comes, without the usage that only the proxy has asked for', async () => {
    const pieces = [chunk('one '), chunk('two '), chunk('three'), usage, 'data: [DONE]\n\n'];
    const { status, text, reports } = await call({ body: STREAM, providers: [streaming(...pieces)] });
    expect(status).toBe(200);
    expect(text).toBe(pieces.filter((piece) => piece !== usage).join(''));
    expect(settled(reports)).toEqual([['call-1.extra', 6]]);
  });

  test('that tells no usage is counted', async () => {
    const { reports } = await call({
      body: STREAM,
      providers: [streaming(chunk('one two three'), 'data: [DONE]\n\n')],
    });
    expect(settled(reports)).toEqual([['call-1.extra', 2]]);
  });

  test('that breaks is charged for what was sent, and the caller is told', async () => {
    const { status, text, reports } = await call({ body: STREAM, providers: [breaking(chunk('one two '))] });
    expect(status).toBe(200);
    expect(text).toContain('one two');
    expect(text).toContain('The provider has broken off');
    expect(settled(reports)).toEqual([['call-1.extra', 1]]);
  });

  test('that fails in the provider’s own words is charged for what was sent', async () => {
    const pieces = [chunk('one two '), 'data: {"error":{"message":"overloaded"}}\n\n', chunk('never')];
    const { text, reports } = await call({ body: STREAM, providers: [streaming(...pieces)] });
    expect(text).toBe(pieces.slice(0, 2).join(''));
    expect(settled(reports)).toEqual([['call-1.extra', 1]]);
  });

  test('that breaks before it has said anything costs nothing', async () => {
    const begun = `data: ${JSON.stringify({ choices: [{ delta: { role: 'assistant' } }] })}\n\n`;
    expect(settled((await call({ body: STREAM, providers: [breaking(begun)] })).reports)).toEqual(FREE);
  });

  test('whose caller goes is stopped, and charged for what he was sent', async () => {
    let stopped = false;
    const endless: Provider = async ({ signal }) => {
      signal.addEventListener('abort', () => {
        stopped = true;
      });
      return {
        sse: (function* () {
          for (;;) yield chunk('word ');
        })(),
      };
    };
    const { text, reports } = await call({ body: STREAM, providers: [endless], takes: 6 });
    expect(stopped).toBe(true);
    expect(text.split('word').length - 1).toBe(6);
    // 4 words of the question and 7 of the answer, the last of which was on its way.
    expect(settled(reports)).toEqual([['call-1.extra', 6]]);
  });

  test('that outlasts the time of the call is ended in time, and charged', async () => {
    const slow: Provider = async ({ signal }) => ({
      headers: new Headers({ 'content-type': 'text/event-stream' }),
      body: (async function* () {
        yield Buffer.from(chunk('one two '));
        await new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        });
      })(),
    });
    const { text, reports } = await call({ body: STREAM, providers: [slow], remainingMillis: 3_050 });
    expect(text).toContain('The time of this call is over');
    expect(settled(reports)).toEqual([['call-1.extra', 1]]);
  });

  test('whose price cannot be told leaves what the safeguard leaves', async () => {
    const { reports, errors, status } = await call({
      body: STREAM,
      providers: [streaming(chunk('one two three'))],
      countFails: true,
    });
    expect(status).toBe(200);
    expect(settled(reports)).toEqual([]);
    expect(reports).toMatchObject([{ delay: 900, charge: 'call-1.extra', units: 0 }]);
    expect(errors).toMatchObject([{ message: 'no tokenizer' }]);
  });
});

describe('fall-back', () => {
  test.each([500, 502, 503, 529, 429, 401, 403, 404, 402, 302])(
    'a provider’s %d sends the call to the next',
    async (status) => {
      const { status: told, sent, reports } = await call({ providers: [failing(status), whole] });
      expect(told).toBe(200);
      expect(sent.map(({ url }) => new URL(url).host)).toEqual(['first.example', 'second.example']);
      expect(sent[1]?.headers).toEqual({ authorization: 'Bearer key of arn:second' });
      expect(settled(reports)).toEqual([['call-1.extra', 6]]);
    },
  );

  test.each([400, 413, 415, 422])('a provider’s %d is the caller’s, and costs nothing', async (status) => {
    const refusing: Provider = async () => ({ status, json: { error: { message: 'unknown field' } } });
    const { status: told, text, sent, reports } = await call({ providers: [refusing, whole] });
    expect(told).toBe(status);
    expect(text).toContain('unknown field');
    expect(sent).toHaveLength(1);
    expect(settled(reports)).toEqual(FREE);
  });

  test('a provider whose stream does not begin in time is left for the next', async () => {
    const { text, sent } = await call({ body: STREAM, providers: [silent, streaming(chunk('late'), usage)] });
    expect(text).toContain('late');
    expect(sent[0]?.signal.aborted).toBe(true);
  });

  test.each([
    ['that begins with an error', streaming('data: {"error":{"message":"overloaded"}}\n\n')],
    ['that is none', whole],
    ['that is empty', streaming()],
    ['that cannot be reached', async () => Promise.reject(new Error('fetch failed'))],
  ])('a stream %s is asked of the next', async (_, provider) => {
    const { text } = await call({ body: STREAM, providers: [provider as Provider, streaming(chunk('other'), usage)] });
    expect(text).toContain('other');
  });

  test('an answer that is no JSON is asked of the next', async () => {
    const broken: Provider = async () => ({ body: bytesOf(['{"choices": [']) });
    expect((await call({ providers: [broken, whole] })).status).toBe(200);
  });

  test.each([
    [502, failing(500), 'provider_failed'],
    [503, failing(429, { 'retry-after': '7' }), 'provider_busy'],
    [504, silent, 'timeout'],
  ])(
    'where all fail, the answer is %d in the provider’s form, and everything is given back',
    async (status, provider, code) => {
      const body = STREAM;
      const { status: told, text, reports, headers } = await call({ body, providers: [failing(500), provider] });
      expect(told).toBe(status);
      expect(JSON.parse(text)).toMatchObject({ error: { code, type: 'server_error' } });
      expect(headers['Retry-After']).toBe(status === 503 ? '7' : undefined);
      expect(settled(reports)).toEqual(FREE);
    },
  );
});

describe('a call that is not sent on costs nothing', () => {
  test('of an unknown model', async () => {
    const { status, text, reports } = await call({ body: { model: 'unheard-of' }, providers: [] });
    expect(status).toBe(404);
    expect(JSON.parse(text).error.message).toBe('The model "unheard-of" is not served here. These are: mini, large.');
    expect(settled(reports)).toEqual([['call-1', 0]]);
  });

  test('of what has no price', async () => {
    const { status, reports } = await call({ body: { model: 'mini', audio: {} }, providers: [] });
    expect(status).toBe(400);
    expect(settled(reports)).toEqual([['call-1', 0]]);
  });

  test('of a plan that does not include the model, and it is told which does', async () => {
    const { status, text, reports, headers } = await call({ body: { model: 'large' }, providers: [] });
    expect(status).toBe(402);
    expect(headers['Content-Type']).toBe('application/problem+json');
    const problem = JSON.parse(text);
    expect(problem).toMatchObject({ reason: 'route_not_in_plan', recommendation: { plan: 'pro' } });
    expect(headers.Link).toBe(`<${problem.checkoutUrl}>; rel="payment"`);
    expect(settled(reports)).toEqual([['call-1', 0]]);
  });

  test('of a balance that pays for no answer, and it is told where to pay', async () => {
    const { status, text, reports, left } = await call({ providers: [], remaining: 10 });
    expect(status).toBe(402);
    const problem = JSON.parse(text);
    // With what the authorizer has charged, and gives back.
    expect(problem).toMatchObject({ reason: 'quota_exhausted', remaining: 15 });
    expect(problem.cost).toBeGreaterThan(15);
    expect(problem.checkoutUrl).toMatch(/^https:\/\/api\.example\/prod\/billing\/checkout\//);
    expect(left).toBe(10);
    expect(settled(reports)).toEqual([['call-1', 0]]);
  });

  test('while the store is away', async () => {
    const { status, text, reports } = await call({ providers: [], store: 'away' });
    expect(status).toBe(503);
    expect(JSON.parse(text).error.message).toContain('costs nothing');
    expect(settled(reports)).toEqual([['call-1', 0]]);
  });
});
