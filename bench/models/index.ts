import { PassThrough } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { sendToProvider } from '../../lambda/adapters/model-providers';
import type { Balance } from '../../lambda/domain/balance';
import { StreamCaller } from '../../lambda/model-proxy/caller';
import { proxyModelCall } from '../../lambda/model-proxy/proxy';
import type { ModelRouteEntry } from '../../lib/private/model-entry';
import { type StandInProvider, startStandInProvider } from '../../test/support/model-provider';
import { median } from '../simulation/tally';

const STREAMS = 50;
const REQUEST = { model: 'mini', stream: true, messages: [{ role: 'user', content: 'x '.repeat(500) }] };
const MEGABYTE = 2 ** 20;

/** Milliseconds and megabytes. */
export interface MeasuredModels {
  readonly calls: number;
  readonly firstByteDirect: number;
  readonly firstByteProxied: number;
  /** Median of the differences of calls that follow each other. */
  readonly firstByteAdded: number;
  readonly streams: number;
  readonly heapDirect: number;
  readonly heapProxied: number;
  readonly heapAdded: number;
}

setFlagsFromString('--expose-gc');
/** Collects garbage, so that what is measured is held. */
const collect = runInNewContext('gc') as () => void;

/** What the proxy adds to a provider on the loopback, without Lambda, API Gateway and the store's answers. */
export async function measureModels(quick: boolean): Promise<MeasuredModels> {
  const provider = await startStandInProvider();
  try {
    const direct = () => readDirect(provider);
    const proxied = () => readProxied(provider);
    const calls = quick ? 40 : 400;
    for (let call = 0; call < 20; call++) {
      await Promise.all([direct(), proxied()]);
    }
    const pairs: [number, number][] = [];
    for (let call = 0; call < calls; call++) {
      pairs.push([await direct(), await proxied()]);
    }
    const rounds = quick ? 1 : 5;
    const heaps: [number, number][] = [];
    for (let round = 0; round < rounds; round++) {
      heaps.push([await heapOf(provider, direct), await heapOf(provider, proxied)]);
    }
    return {
      calls,
      firstByteDirect: median(pairs.map(([before]) => before)),
      firstByteProxied: median(pairs.map(([, after]) => after)),
      firstByteAdded: median(pairs.map(([before, after]) => after - before)),
      streams: STREAMS,
      heapDirect: median(heaps.map(([before]) => before)),
      heapProxied: median(heaps.map(([, after]) => after)),
      heapAdded: median(heaps.map(([before, after]) => after - before)),
    };
  } finally {
    await provider.close();
  }
}

/** Milliseconds to the first byte of the body. */
async function readDirect({ url }: StandInProvider): Promise<number> {
  const start = performance.now();
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-provider', 'content-type': 'application/json' },
    body: JSON.stringify(REQUEST),
  });
  if (response.body === null) {
    throw new Error('the provider has answered with nothing');
  }
  return firstByte(start, response.body);
}

async function readProxied({ url }: StandInProvider): Promise<number> {
  const start = performance.now();
  const body = new PassThrough();
  const [first] = await Promise.all([
    firstByte(start, body),
    proxyModelCall(event(), new StreamCaller(() => body), () => 60_000, dependencies(url)),
  ]);
  return first;
}

async function firstByte(start: number, body: AsyncIterable<Uint8Array>): Promise<number> {
  let first: number | undefined;
  for await (const _ of body) {
    first ??= performance.now() - start;
  }
  return first ?? Number.NaN;
}

/** The most megabytes of heap and buffers that so many streams at once take beside what was there before. */
async function heapOf(provider: StandInProvider, read: () => Promise<number>): Promise<number> {
  provider.next(...Array.from({ length: STREAMS }, () => ({ words: 150, pace: 10 })));
  collect();
  const before = used();
  let most = 0;
  const sampling = setInterval(() => {
    collect();
    most = Math.max(most, used());
  }, 200);
  try {
    await Promise.all(Array.from({ length: STREAMS }, read));
  } finally {
    clearInterval(sampling);
  }
  provider.requests.length = 0;
  return (most - before) / MEGABYTE;
}

function used(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const price = { input: 250_000, output: 2_000_000, cachedInput: 25_000, cacheWriteInput: 250_000 };

function dependencies(url: string) {
  const route: ModelRouteEntry = {
    dialect: 'openai',
    providers: [{ secretArn: 'arn', baseUrl: `${url}/v1` }],
    models: { mini: { price, maxOutputTokens: 4_096 } },
    firstByteTimeout: 30_000,
    billingPath: 'billing',
    corsOrigins: [],
  };
  const balance: Balance = {
    plan: 'free',
    standing: 'active',
    remaining: 10 ** 9,
    credits: 0,
    owed: 0,
    periodStart: 0,
    periodEnd: 10 ** 10,
    linkSecret: new Uint8Array(16),
    keys: {},
    keyExpiries: {},
    surrogateKeys: [],
  };
  return {
    route,
    catalogue: { plans: [], topUps: [], defaultPlan: 'free', gracePeriod: 0, clawback: true },
    store: { reserve: async () => ({ isDone: true, balance }) },
    reports: { send: async () => undefined },
    send: sendToProvider,
    secret: async () => 'sk-provider',
    count: async () => 0,
    clock: () => 0,
    logError: (message: string, _: object, error: unknown) => {
      throw new Error(message, { cause: error });
    },
  };
}

function event(): APIGatewayProxyEvent {
  return {
    resource: '/v1/chat/completions',
    headers: {},
    pathParameters: null,
    queryStringParameters: null,
    isBase64Encoded: false,
    body: JSON.stringify(REQUEST),
    requestContext: {
      requestId: 'request',
      authorizer: { charge: 'charge', customer: 'ada', plan: 'free', cost: '1', bought: '0', period: '0' },
    },
  } as unknown as APIGatewayProxyEvent;
}

/** Loose ones: what is far beyond them is no noise of a machine. */
const TARGETS = { firstByteAdded: 10, heapAdded: 50 };

export function modelsTable({ calls, streams, ...figures }: MeasuredModels): string {
  const ms = (value: number) => `${value.toFixed(2)} ms`;
  const mb = (value: number) => `${value.toFixed(1)} MB`;
  return [
    `first byte, median of ${calls} calls: ${ms(figures.firstByteDirect)} from the provider, ${ms(figures.firstByteProxied)} by the proxy; ${ms(figures.firstByteAdded)} added`,
    `heap and buffers of ${streams} streams at once: ${mb(figures.heapDirect)} without the proxy, ${mb(figures.heapProxied)} with it; ${mb(figures.heapAdded)} added`,
  ].join('\n');
}

export function modelsMisses(measured: MeasuredModels): string[] {
  return (Object.keys(TARGETS) as (keyof typeof TARGETS)[])
    .filter((figure) => !(measured[figure] <= TARGETS[figure]))
    .map((figure) => `models, ${figure}: ${measured[figure].toFixed(2)}, not ${TARGETS[figure]}`);
}
