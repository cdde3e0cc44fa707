import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import type Stripe from 'stripe';
import { API_VERSION } from '../../../lambda/adapters/stripe-client';
import { handle } from '../../../lambda/stripe-catalogue/handler';
import type { SoldItem } from '../../../lib/private/stripe-catalogue';
import { HANDLED_EVENTS } from '../../../lib/private/stripe-events';
import { openShop, type Shop } from '../../local/stripe/support';

const PRO: SoldItem = { kind: 'plan', id: 'pro', name: 'Pro', amount: 2900, currency: 'usd', interval: 'month' };
const PACK: SoldItem = { kind: 'topUp', id: '10k', name: '10,000 units', amount: 1000, currency: 'usd' };

let shop: Shop;
/** Where two stages take events. */
let urlA: string;
let urlB: string;
let kept: string[];
let runs: number;
let breakSecret: boolean;
let reachesLoopback: boolean;
let logged: object[];

beforeEach(async () => {
  shop = await openShop();
  [urlA, urlB] = [`${shop.endpoint.url}/a`, `${shop.endpoint.url}/b`];
  [kept, runs, breakSecret, reachesLoopback, logged] = [[], 0, false, true, []];
});

afterEach(async () => {
  jest.restoreAllMocks();
  await shop.close();
});

interface Deployed {
  readonly items?: readonly SoldItem[];
  readonly webhookUrl?: string;
  readonly events?: readonly string[];
  readonly paywallId?: string;
  readonly run?: string;
  readonly stack?: string;
  /** Then there is neither an endpoint nor a signing secret. */
  readonly byEventBridge?: boolean;
}

/** A deployment; gives what CloudFormation is told. */
async function deploy(
  request: CloudFormationCustomResourceEvent['RequestType'],
  { run = `run-${++runs}`, stack = 'stack', byEventBridge = false, ...overrides }: Deployed = {},
): Promise<{ Status: string; PhysicalResourceId: string; Reason?: string; Data?: object }> {
  const catalogue = {
    paywallId: 'Shop-1',
    items: [PRO, PACK],
    webhookUrl: byEventBridge ? undefined : urlA,
    events: HANDLED_EVENTS,
    ...overrides,
  };
  const told: object[] = [];
  const event = {
    RequestType: request,
    RequestId: run,
    StackId: stack,
    LogicalResourceId: 'Catalogue',
    ResponseURL: 'https://cloudformation/answer',
    ResourceProperties: { ServiceToken: 'arn', Catalogue: JSON.stringify(catalogue) },
  } as Partial<CloudFormationCustomResourceEvent>;
  await handle(event as CloudFormationCustomResourceEvent, {
    stripe: { client: async () => shop.stripe },
    signingSecret: byEventBridge
      ? undefined
      : {
          rotate: async (secret) => {
            if (breakSecret) {
              throw new Error('Secrets Manager is away');
            }
            kept.push(secret);
          },
        },
    respond: async (_, body) => {
      told.push(body);
    },
    reachesLoopback,
    log: (message, about) => logged.push({ message, ...about }),
    logError: () => undefined,
  });
  expect(told).toHaveLength(1);
  return told[0] as never;
}

async function price(key: string): Promise<Stripe.Price | undefined> {
  return (await shop.stripe.prices.list({ lookup_keys: [`Shop-1/${key}`] })).data[0];
}

async function endpoints(): Promise<Stripe.WebhookEndpoint[]> {
  const { data } = await shop.stripe.webhookEndpoints.list();
  return data.filter(({ metadata }) => metadata.paywall !== undefined);
}

/** Everything that is there, but for when it was changed. */
async function everything() {
  const products = (await shop.stripe.products.list()).data;
  const prices = (await shop.stripe.prices.list()).data;
  return JSON.parse(JSON.stringify([products, prices, await endpoints()]));
}

test('a deployment makes what is sold, and the endpoint for exactly the events that matter', async () => {
  expect(await deploy('Create')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'Shop-1' });
  expect(await price('plan/pro')).toMatchObject({
    unit_amount: 2900,
    currency: 'usd',
    recurring: { interval: 'month' },
    active: true,
  });
  expect(await price('topUp/10k')).toMatchObject({ unit_amount: 1000, recurring: null });
  const [endpoint, ...others] = await endpoints();
  expect(endpoint).toMatchObject({ url: urlA, api_version: API_VERSION, status: 'enabled' });
  expect([...(endpoint?.enabled_events ?? [])].sort()).toEqual([...HANDLED_EVENTS].sort());
  expect([others, kept]).toEqual([[], [expect.stringMatching(/^whsec_/)]]);
});

test('the signing secret is told to nobody but the secret', async () => {
  const answer = await deploy('Create');
  expect(JSON.stringify(answer)).not.toContain('whsec_');
  expect(Object.keys(answer).sort()).toEqual([
    'LogicalResourceId',
    'PhysicalResourceId',
    'RequestId',
    'StackId',
    'Status',
  ]);
});

test('another deployment of the same changes nothing', async () => {
  await deploy('Create');
  const before = await everything();
  expect(await deploy('Update')).toMatchObject({ Status: 'SUCCESS' });
  expect(await everything()).toEqual(before);
  expect(kept).toHaveLength(1);
});

test('a new amount is a new price under the same name, and the old one is archived', async () => {
  await deploy('Create');
  const before = await price('plan/pro');
  await deploy('Update', { items: [{ ...PRO, amount: 3900 }, PACK] });
  expect(await price('plan/pro')).toMatchObject({ unit_amount: 3900, active: true });
  expect(await shop.stripe.prices.retrieve(before?.id ?? '')).toMatchObject({ active: false, lookup_key: null });
  await deploy('Update');
  expect(await price('plan/pro')).toMatchObject({ unit_amount: 2900, active: true });
});

test('what is sold no more is archived, and comes back when it is sold again', async () => {
  await deploy('Create');
  await deploy('Update', { items: [PACK] });
  expect(await shop.stripe.products.retrieve('Shop-1-plan-pro')).toMatchObject({ active: false });
  expect((await shop.stripe.prices.list({ product: 'Shop-1-plan-pro', active: true })).data).toEqual([]);
  await deploy('Update', { items: [{ ...PRO, name: 'Professional' }, PACK] });
  expect(await shop.stripe.products.retrieve('Shop-1-plan-pro')).toMatchObject({ active: true, name: 'Professional' });
  expect(await price('plan/pro')).toMatchObject({ active: true });
});

test('a stage with another URL has another endpoint, and the old one goes', async () => {
  await deploy('Create');
  await deploy('Update', { webhookUrl: urlB });
  expect((await endpoints()).map(({ url }) => url)).toEqual([urlB]);
  expect(kept).toHaveLength(2);
});

test('other events are the same endpoint', async () => {
  await deploy('Create', { events: ['invoice.paid'] });
  const [before] = await endpoints();
  await deploy('Update');
  const [after] = await endpoints();
  expect([after?.id, after?.enabled_events.length]).toEqual([before?.id, HANDLED_EVENTS.length]);
  expect(kept).toHaveLength(1);
});

test('a run that could not keep the secret says so, and its repetition is told the same one', async () => {
  breakSecret = true;
  expect(await deploy('Create', { run: 'run-x' })).toMatchObject({
    Status: 'FAILED',
    Reason: 'Secrets Manager is away',
  });
  breakSecret = false;
  expect(await deploy('Create', { run: 'run-x' })).toMatchObject({ Status: 'SUCCESS' });
  expect(await endpoints()).toHaveLength(1);
  expect(kept).toHaveLength(1);
  // Another run, of which Stripe knows nothing, makes another endpoint in its place.
  breakSecret = true;
  await deploy('Update', { webhookUrl: urlB });
  breakSecret = false;
  await deploy('Update', { webhookUrl: urlB });
  expect(await endpoints()).toMatchObject([{ url: urlB, metadata: { secret: 'kept' } }]);
});

test('where events come by EventBridge there is no endpoint, and the one from before goes', async () => {
  await deploy('Create');
  const { Status } = await deploy('Update', { byEventBridge: true });
  expect(Status).toBe('SUCCESS');
  expect((await shop.stripe.webhookEndpoints.list()).data).toEqual([]);
  expect(await price('plan/pro')).toMatchObject({ active: true });
});

test('deletion leaves no endpoint, and nothing that is for sale', async () => {
  await deploy('Create');
  expect(await deploy('Delete')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'Shop-1' });
  expect(await endpoints()).toEqual([]);
  expect((await shop.stripe.prices.list({ active: true })).data).toEqual([]);
  expect(await deploy('Delete')).toMatchObject({ Status: 'SUCCESS' });
});

describe('a paywall that moves to another stack', () => {
  test.each(['another URL', 'the same URL'])(
    'takes over at Stripe, by %s, with a signing secret of its own',
    async (url) => {
      await deploy('Create', { stack: 'old' });
      const webhookUrl = url === 'the same URL' ? urlA : urlB;
      await deploy('Create', { stack: 'new', webhookUrl });
      expect(await endpoints()).toMatchObject([{ url: webhookUrl, metadata: { secret: 'kept' } }]);
      expect(new Set(kept).size).toBe(2);
      // WHEN the new one is deployed again, nothing is made anew
      await deploy('Update', { stack: 'new', webhookUrl });
      expect(kept).toHaveLength(2);
    },
  );

  test('keeps what it sells, and where its events go, when the old stack is deleted', async () => {
    await deploy('Create', { stack: 'old' });
    await deploy('Create', { stack: 'new', webhookUrl: urlB });
    expect(await deploy('Delete', { stack: 'old' })).toMatchObject({ Status: 'SUCCESS' });
    expect(await endpoints()).toMatchObject([{ url: urlB }]);
    expect((await shop.stripe.prices.list({ active: true })).data).toHaveLength(2);
    await deploy('Delete', { stack: 'new', webhookUrl: urlB });
    expect(await endpoints()).toEqual([]);
    expect((await shop.stripe.prices.list({ active: true })).data).toEqual([]);
  });
});

test('an endpoint that is made by hand is left alone, and so is another paywall’s shop', async () => {
  const byHand = await shop.stripe.webhookEndpoints.create({ url: urlB, enabled_events: ['*'] });
  await deploy('Create', { paywallId: 'Shop-2' });
  await deploy('Create', { webhookUrl: undefined });
  await deploy('Delete');
  expect((await endpoints()).map(({ metadata }) => metadata.paywall)).toEqual(['Shop-2']);
  expect(await shop.stripe.webhookEndpoints.retrieve(byHand.id)).toMatchObject({ status: 'enabled' });
  expect((await shop.stripe.prices.list({ active: true })).data).toHaveLength(2);
});

describe('where Stripe does not reach this machine', () => {
  beforeEach(() => {
    reachesLoopback = false;
  });

  test.each(['http://127.0.0.1:4020/prod/x', 'http://localhost/x', 'http://[::1]:1/x'])(
    'no endpoint is made for %s, those of others stay, and products are brought all the same',
    async (webhookUrl) => {
      // GIVEN what a deployment of the same paywall has made
      await deploy('Create', { webhookUrl: 'https://api.example.com/prod/x' });
      const before = await endpoints();
      // WHEN
      const gold = { ...PRO, id: 'gold', name: 'Gold' };
      expect(await deploy('Create', { webhookUrl, items: [PRO, PACK, gold] })).toMatchObject({ Status: 'SUCCESS' });
      // THEN
      expect(await endpoints()).toEqual(before);
      expect(await price('plan/gold')).toBeDefined();
      expect(logged).toEqual([{ message: expect.stringContaining('no webhook endpoint is made'), webhookUrl }]);
    },
  );

  test('an endpoint elsewhere is made as ever', async () => {
    await deploy('Create', { webhookUrl: 'https://api.example.com/prod/x' });
    expect(await endpoints()).toMatchObject([{ url: 'https://api.example.com/prod/x' }]);
    expect(logged).toEqual([]);
  });
});
