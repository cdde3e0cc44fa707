import type { FaultRule } from '../../../local/faults/fault';
import { everyAnswer } from '../paid-api';
import { BadDay, healed, withoutWaiting } from './bad-day';

const PATIENCE = 60_000;

let day: BadDay;

beforeAll(async () => {
  day = await BadDay.begin((app) => {
    everyAnswer(app);
    withoutWaiting(app);
  });
}, PATIENCE);

afterEach(() => day.faults.clear());

afterAll(() => day.end());

const ofCalls = (fault: FaultRule['fault'], times?: number): FaultRule => ({
  boundary: 'dynamodb',
  function: /Authorizer/,
  fault,
  times,
});

async function call(apiKey: string) {
  const begun = performance.now();
  const response = await fetch(new URL('items/1', day.api.url), { headers: { 'x-api-key': apiKey } });
  await response.arrayBuffer();
  const [status, retryAfter] = [response.status, response.headers.get('retry-after')];
  return { status, retryAfter, seconds: (performance.now() - begun) / 1_000 };
}

const remaining = async (customer: string) => (await day.api.balanceOf(customer))?.remaining;

/** A caller whose call has warmed the authorizer up. */
async function customer() {
  const known = await day.api.addCustomer();
  expect((await call(known.apiKey)).status).toBe(200);
  return known;
}

test('a store that is slow, and within the time limit, serves the call later', async () => {
  const { customer: id, apiKey } = await customer();
  day.faults.add(ofCalls({ kind: 'slow', millis: 600 }));
  const { status, seconds } = await call(apiKey);
  expect([status, await remaining(id)]).toEqual([200, 48]);
  expect(seconds).toBeGreaterThan(0.6);
});

test.each([
  ['slower than the time limit', { kind: 'slow', millis: 2_500 }, 2],
  ['throttled', { kind: 'throttled' }, 0],
  ['failing', { kind: 'error' }, 0],
  ['away', { kind: 'reset' }, 0],
  ['silent', { kind: 'hanging' }, 0],
  ['heard no more of', { kind: 'answer lost' }, 3],
] as const)('a store that is %s is 503 in good time, and the next call is served', async (_, fault, lost) => {
  const { customer: id, apiKey } = await customer();
  const rule = day.faults.add(ofCalls(fault));
  const { status, retryAfter, seconds } = await call(apiKey);
  expect([status, retryAfter]).toEqual([503, expect.stringMatching(/^\d+$/)]);
  // Two seconds, and what a busy machine takes.
  expect(seconds).toBeLessThan(8);
  rule.lift();
  // What was carried out though nobody waited for it any more is the customer's loss, of so many units at most.
  await new Promise((resolve) => setTimeout(resolve, fault.kind === 'slow' ? 3_000 : 0));
  const left = (await remaining(id)) ?? 0;
  expect(left).toBeLessThanOrEqual(49);
  expect(left).toBeGreaterThanOrEqual(49 - lost);
  expect((await call(apiKey)).status).toBe(200);
  expect(await remaining(id)).toBe(left - 1);
});

test('a store that throttles, fails or goes away for a moment is noticed by nobody', async () => {
  for (const kind of ['throttled', 'error', 'reset'] as const) {
    const { customer: id, apiKey } = await customer();
    day.faults.add(ofCalls({ kind }, 1));
    expect([(await call(apiKey)).status, await remaining(id)]).toEqual([200, 48]);
    day.faults.clear();
  }
});

test('a spend whose answer is lost is made again: a unit is gone, and none is won', async () => {
  const { customer: id, apiKey } = await customer();
  day.faults.add(ofCalls({ kind: 'answer lost' }, 1));
  expect([(await call(apiKey)).status, await remaining(id)]).toEqual([200, 47]);
});

test('an authorizer that dies with leased units takes a bounded number with it, and grants none twice', async () => {
  const { customer: id, apiKey } = await day.api.addCustomer({ remaining: 100_000 });
  let served = 0;
  const count = async () => {
    served += (await call(apiKey)).status === 200 ? 1 : 0;
  };
  const busy = async () => {
    for (let calls = 0; calls < 40; calls++) {
      await count();
    }
  };
  await Promise.all([busy(), busy(), busy()]);
  const rule = day.faults.add(ofCalls({ kind: 'killed before' }, 1));
  await Promise.all([busy(), busy(), busy()]);
  expect(rule.struck).toBe(1);
  const spent = 100_000 - ((await remaining(id)) ?? 0);
  expect(spent).toBeGreaterThanOrEqual(served);
  // Of each environment, at most a block; there are eight of them here.
  expect(spent).toBeLessThanOrEqual(served + 8 * 1_000);
});

test('a store that fails during a webhook: Stripe brings the event again, and it is credited once', async () => {
  const { customer: id, caller } = await day.customer();
  const { body } = await caller.send('POST', 'billing/checkout', { topUp: '100' });
  const rule = day.faults.add({ boundary: 'dynamodb', function: /Payments/, fault: { kind: 'error' } });
  const { location } = await caller.pressPay(body.url);
  // The page that she comes back to knows of the payment, and that its units are yet to come.
  expect((await caller.send('GET', location)).body).toMatchObject({ credited: false });
  expect(await remaining(id)).toBe(50);
  rule.lift();
  await day.delivered();
  expect(await remaining(id)).toBe(150);
  expect(await day.ledger(id)).toEqual([{ kind: 'top_up', units: 100, state: 'applied' }]);
});

test('a store that fails leaves billing routes with 500, and nothing is opened at Stripe', async () => {
  const { customer: id, caller } = await day.customer();
  const rule = day.faults.add({ boundary: 'dynamodb', function: /Billing/, fault: { kind: 'error' } });
  const answers = await Promise.all([
    caller.send('GET', 'billing/usage'),
    caller.send('POST', 'billing/checkout', { topUp: '100' }),
    caller.send('POST', 'billing/keys', { name: 'second' }),
  ]);
  expect(answers.map(({ status, body }) => [status, body.title])).toEqual(
    Array(3).fill([500, 'Internal Server Error']),
  );
  rule.lift();
  const { data } = await day.stripe.api.checkout.sessions.list({ limit: 100 });
  expect(data.filter(({ metadata }) => metadata?.customer === id)).toEqual([]);
  expect((await caller.send('GET', 'billing/keys')).body.keys).toHaveLength(1);
});

test('a settlement that fails gets its batch of the access log again, and gives back once', async () => {
  const { customer: id, caller } = await day.customer();
  const rule = day.faults.add({ boundary: 'dynamodb', function: /Settlement/, fault: { kind: 'error' } });
  expect((await caller.send('GET', 'items/1?status=500')).status).toBe(500);
  await healed(
    () => rule.struck,
    (struck) => struck > 0,
  );
  rule.lift();
  expect(
    await healed(
      () => remaining(id),
      (left) => left === 50,
    ),
  ).toBe(50);
});

test('a settlement that goes on failing leaves its batch with the operator, who runs it again', async () => {
  const { customer: id, caller } = await day.customer();
  day.faults.add({
    boundary: 'dynamodb',
    function: /Settlement/,
    fault: { kind: 'error', status: 400, type: 'AccessDeniedException' },
  });
  expect((await caller.send('GET', 'items/1?status=500')).status).toBe(500);
  const gaveUp = () => day.logged.some((line) => line.includes('gave up on 1 log events'));
  expect(await healed(gaveUp, Boolean)).toBe(true);
  expect(await remaining(id)).toBe(49);
  day.faults.clear();
  const batch = await day.deadLetter(/Settlement/);
  await day.invoke(/Settlement/, batch);
  await day.invoke(/Settlement/, batch);
  expect(await remaining(id)).toBe(50);
});
