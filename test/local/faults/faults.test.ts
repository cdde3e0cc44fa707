import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultRule } from '../../../local/faults/fault';
import { Faults } from '../../../local/faults/faults';
import type { LambdaRuntime } from '../../../local/lambda/runtime';
import { type LoopbackServer, startLoopbackServer } from '../../../local/loopback-server';
import { Functions } from '../lambda/functions';

/** Asks DynamoDB for what its event says, or Stripe where that is a path, and gives what came of each. */
const ASKING = `
  const KEYS = { dynamodb: 'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, Signature=0' };
  let count = 0;
  exports.handler = async ({ asks, patience = 2_000 }) => {
    count++;
    const answers = [];
    for (const ask of asks) {
      const isStripe = ask.startsWith('/');
      const url = isStripe ? process.env.STRIPE_API_BASE + ask : process.env.AWS_ENDPOINT_URL_DYNAMODB;
      const headers = isStripe
        ? { authorization: 'Bearer sk_test_1' }
        : { authorization: KEYS.dynamodb, 'x-amz-target': 'DynamoDB_20120810.' + ask };
      try {
        const signal = AbortSignal.timeout(patience);
        const response = await fetch(url, { method: 'POST', headers, body: ask, signal });
        answers.push(response.status + ' ' + (await response.text()));
      } catch (error) {
        answers.push(error.name);
      }
    }
    return { count, answers, queue: process.env.QUEUE_URL };
  };
`;

const functions = new Functions();
const faults = new Faults();
const done: string[] = [];
let upstream: LoopbackServer;
let runtime: LambdaRuntime;
let arn: string;

beforeAll(async () => {
  upstream = await startLoopbackServer((request, response) => {
    request.on('data', (chunk) => done.push(String(chunk)));
    request.on('end', () => response.end('done'));
  });
  const fn = functions.define(ASKING, { environment: { QUEUE_URL: 'https://example.com/queue' } });
  arn = fn.arn;
  const environment = { AWS_ENDPOINT_URL_DYNAMODB: upstream.url, STRIPE_API_BASE: upstream.url };
  runtime = functions.run(fn, { environment, interposition: faults });
});

afterEach(() => {
  faults.clear();
  done.length = 0;
});

afterAll(async () => {
  await functions.clean();
  await upstream.close();
});

async function ask(asks: readonly string[], patience?: number) {
  const result = await runtime.invoke(arn, { asks, patience });
  return result.ok ? (result.payload as { count: number; answers: string[]; queue: string }) : result;
}

const dynamodb = (fault: FaultRule['fault'], others: Partial<FaultRule> = {}): FaultRule => ({
  boundary: 'dynamodb',
  fault,
  ...others,
});

test('without rules everything passes, and what is elsewhere stays where it is', async () => {
  expect(await ask(['GetItem', '/v1/refunds'])).toMatchObject({
    answers: ['200 done', '200 done'],
    queue: 'https://example.com/queue',
  });
  expect(done).toEqual(['GetItem', '/v1/refunds']);
});

test.each([
  ['throttled', /^400 .*ThrottlingException/, 0],
  ['error', /^500 .*InternalServerError/, 0],
  ['reset', /^TypeError$/, 0],
  ['hanging', /^TimeoutError$/, 0],
  ['answer lost', /^TypeError$/, 1],
] as const)('what is %s is told to the caller, and done or not', async (kind, answer, carriedOut) => {
  const rule = faults.add(dynamodb({ kind }));
  expect(await ask(['GetItem', '/v1/refunds'], 300)).toMatchObject({
    answers: [expect.stringMatching(answer), '200 done'],
  });
  expect(rule.struck).toBe(1);
  expect(done.filter((asked) => asked === 'GetItem')).toHaveLength(carriedOut);
});

test('what is slow is carried out, also where nobody waits for it any more', async () => {
  faults.add(dynamodb({ kind: 'slow', millis: 200 }));
  expect(await ask(['GetItem'])).toMatchObject({ answers: ['200 done'] });
  expect(await ask(['PutItem'], 50)).toMatchObject({ answers: ['TimeoutError'] });
  await sleep(400);
  expect(done).toEqual(['GetItem', 'PutItem']);
});

test('a boundary answers in its own words, or in those of the rule', async () => {
  faults.add({ boundary: 'stripe', fault: { kind: 'throttled' }, times: 1 });
  faults.add({ boundary: 'stripe', fault: { kind: 'error', status: 400, type: 'card_error' } });
  const { answers } = (await ask(['/v1/refunds', '/v1/refunds'])) as { answers: string[] };
  expect(answers).toEqual([expect.stringMatching(/^429 .*rate_limit/), expect.stringMatching(/^400 .*card_error/)]);
});

test.each([
  ['killed before', []],
  ['killed after', ['GetItem']],
] as const)(
  'an environment that is %s a request has done that much, and the next begins anew',
  async (kind, carriedOut) => {
    faults.add(dynamodb({ kind }, { times: 1 }));
    expect(await ask(['GetItem', 'PutItem'])).toMatchObject({ ok: false, errorType: 'Runtime.ExitError' });
    expect(done).toEqual(carriedOut);
    expect(await ask(['GetItem'])).toMatchObject({ count: 1, answers: ['200 done'] });
  },
);

test('a rule is for some requests of some events, and until it is lifted', async () => {
  const recording = faults.record({ operation: /Item$/ });
  const rule = faults.add(dynamodb({ kind: 'error' }, { operation: /^Put/, after: 1, times: 1 }));
  expect(await ask(['PutItem', 'GetItem', 'PutItem', 'PutItem'])).toMatchObject({
    answers: ['200 done', '200 done', expect.stringMatching(/^500/), '200 done'],
  });
  rule.lift();
  const about = faults.add(dynamodb({ kind: 'error' }, { about: ['DeleteItem'] }));
  expect(await ask(['GetItem'])).toMatchObject({ answers: ['200 done'] });
  // The event of both has the word.
  expect(await ask(['GetItem', 'DeleteItem'])).toMatchObject({ answers: Array(2).fill(expect.stringMatching(/^500/)) });
  about.lift();
  expect(await ask(['DeleteItem'])).toMatchObject({ answers: ['200 done'] });
  expect(recording.requests.map(({ operation }) => operation).slice(0, 4)).toEqual([
    'PutItem',
    'GetItem',
    'PutItem',
    'PutItem',
  ]);
  recording.stop();
});
