import { type App, Stack } from 'aws-cdk-lib';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { Plan, Price, Quota } from '../../lib';
import { everyAnswer, type PaidApi, startPaidApi } from './paid-api';

let api: PaidApi;

beforeAll(async () => {
  api = await startPaidApi({}, (app) => {
    everyAnswer(app, {
      plans: [
        Plan.free('free', { quota: Quota.perMonth(50) }),
        Plan.paid('pro', {
          quota: Quota.perMonth(1_000),
          price: Price.monthly(2900, 'usd'),
          throttle: { rateLimit: 1, burstLimit: 6 },
          lanes: 1,
        }),
      ],
    });
    withoutDelay(app);
  });
});

afterAll(() => api.close());

/** Leases are of no account here, and a minute and a half is long for a test. */
function withoutDelay(app: App): void {
  const queues = app.node.findAll().filter((node) => node instanceof CfnQueue);
  for (const queue of queues) {
    queue.delaySeconds = undefined;
  }
  expect(queues.some((queue) => Stack.of(queue).resolve(queue.fifoQueue) === true)).toBe(true);
}

async function statusesOf(apiKey: string, calls: number): Promise<number[]> {
  const call = async () => {
    const response = await fetch(new URL('items/1', api.url), { headers: { 'x-api-key': apiKey } });
    await response.arrayBuffer();
    return response.status;
  };
  return Promise.all(Array.from({ length: calls }, call));
}

/** Signs up for the plan and pays. */
async function buy(plan: string): Promise<string> {
  const body = JSON.stringify({ plan });
  const opened = await (await fetch(new URL('billing/checkout', api.url), { method: 'POST', body })).json();
  const form = new URLSearchParams({ action: 'pay', email: 'ada@example.com' });
  const paid = await fetch(opened.url, { method: 'POST', redirect: 'manual', body: form });
  const headers = { Accept: 'application/json', 'X-Checkout-Claim': opened.claim };
  const welcome = await (await fetch(paid.headers.get('location') ?? '', { headers })).json();
  return welcome.apiKey;
}

async function ownKeys(customerKey: string): Promise<readonly string[]> {
  const usage = await fetch(new URL('billing/usage', api.url), { headers: { 'x-api-key': customerKey } });
  const { customer } = await usage.json();
  return (await api.balanceOf(customer))?.surrogateKeys ?? [];
}

test('customers of a paid plan are throttled each by himself', async () => {
  const [ada, bob] = [await buy('pro'), await buy('pro')];
  const deadline = Date.now() + 20_000;
  while ((await ownKeys(ada)).length + (await ownKeys(bob)).length < 2 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  // In one lane, the six calls of the burst would be for both together.
  const [ofAda, ofBob] = [await statusesOf(ada, 20), await statusesOf(bob, 6)];
  expect(ofAda).toContain(429);
  expect(ofBob).toEqual([200, 200, 200, 200, 200, 200]);
  expect(ofAda.every((status) => status === 200 || status === 429)).toBe(true);
});
