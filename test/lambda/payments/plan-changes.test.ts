import type Stripe from 'stripe';
import { CATALOGUE, NOW, plan } from '../fixtures';
import { again, event } from './events';
import { PaymentsUnderTest } from './harness';
import { withItem } from './objects';
import type { StripeAccount } from './stripe-account';

let payments: PaymentsUnderTest;
let account: StripeAccount;
let id: string;

beforeEach(async () => {
  payments = new PaymentsUnderTest();
  ({ account } = payments);
  id = account.subscribe('pro');
  await payments.deliver();
});

const current = () => account.subscriptions.get(id) as Stripe.Subscription;

test('up and down and up again are a line each, however often each is told of', async () => {
  for (const plan of ['max', 'pro', 'max']) {
    account.changePlan(id, plan);
    await payments.deliver();
    const last = account.events.at(-1) as Stripe.Event;
    await payments.process(last, again(last), ...account.events.map(again));
  }
  expect(await payments.ledger('plan')).toEqual([
    { id: `subscription#${id}#change#1`, kind: 'plan', from: 'free', plan: 'pro', units: 1_000, state: 'applied' },
    { id: `subscription#${id}#change#2`, kind: 'plan', from: 'pro', plan: 'max', units: 8_000, state: 'applied' },
    { id: `subscription#${id}#change#3`, kind: 'plan', from: 'max', plan: 'pro', units: -8_000, state: 'applied' },
    { id: `subscription#${id}#change#4`, kind: 'plan', from: 'pro', plan: 'max', units: 8_000, state: 'applied' },
  ]);
  expect(await payments.balance()).toMatchObject({ plan: 'max', remaining: 9_000 });
});

test('to another plan and back in one period fill no quota anew', async () => {
  await payments.spend(600);
  for (const [name, remaining] of [
    ['max', 8_400],
    ['pro', 400],
    ['max', 8_400],
  ] as const) {
    account.changePlan(id, name);
    await payments.deliver();
    expect(await payments.balance()).toMatchObject({ plan: name, remaining });
  }
});

test('nor where the larger plan was spent before the smaller one came', async () => {
  account.changePlan(id, 'max');
  await payments.deliver();
  await payments.spend(8_900);
  for (const [name, remaining] of [
    ['pro', 0],
    ['max', 100],
    ['pro', 0],
    ['max', 100],
  ] as const) {
    account.changePlan(id, name);
    await payments.deliver();
    expect(await payments.balance()).toMatchObject({ plan: name, remaining });
  }
});

test('that are not paid for yet give nothing, and give it with the payment', async () => {
  account.changePlanUnpaid(id, 'max');
  await payments.deliver();
  const graceEndsAt = NOW + CATALOGUE.gracePeriod;
  expect(await payments.balance()).toMatchObject({ plan: 'pro', remaining: 1_000, standing: 'grace', graceEndsAt });
  account.recover(id);
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ plan: 'max', remaining: 9_000, standing: 'active' });
});

test('whose payment a bank is yet to make give nothing either, and take nothing', async () => {
  account.changePlanUnpaid(id, 'max', 'active');
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ plan: 'pro', remaining: 1_000, standing: 'active' });
});

test('are told by the price, whatever the subscription was sold as', async () => {
  account.changePlan(id, 'max');
  await payments.deliver();
  expect(current().metadata.plan).toBe('pro');
  expect(await payments.balance()).toMatchObject({ plan: 'max' });
  // Who pays for the smaller plan is on it.
  const metadata = { ...current().metadata, plan: 'max' };
  account.change(id, { metadata, ...withItem(current(), 'pro') }, 'customer.subscription.updated');
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ plan: 'pro' });
});

test('are told by a price of the operator’s own', async () => {
  const plans = CATALOGUE.plans.map((plan) => ({
    ...plan,
    price: plan.price && { stripePrice: `price_own_${plan.id}` },
  }));
  payments = new PaymentsUnderTest(account, payments.table, { ...CATALOGUE, plans });
  const { items } = current();
  const [item] = items.data as [Stripe.SubscriptionItem];
  const price = { ...item.price, id: 'price_own_max', product: 'prod_own' };
  account.change(id, { items: { ...items, data: [{ ...item, price }] } });
  await payments.process(event('customer.subscription.updated', current()));
  expect(await payments.balance()).toMatchObject({ plan: 'max' });
});

describe('between plans that count in other windows', () => {
  const price = { amount: 2900, currency: 'usd', interval: 'month' } as const;
  const plans = [
    plan('free', 50),
    plan('pro', 1_000, 'month', price),
    plan('max', 9_000, 'month', price),
    plan('daily', 300, 'day', price),
    plan('weekly', 700, 'week', price),
    plan('open', undefined, 'unlimited', price),
  ];

  beforeEach(async () => {
    payments = new PaymentsUnderTest(undefined, undefined, { ...CATALOGUE, plans });
    ({ account } = payments);
    account.buyPack(10);
    id = account.subscribe('pro');
    await payments.deliver();
  });

  /** Goes to each plan, and tells what he has of it. */
  async function visit(...names: string[]): Promise<number[]> {
    const left = [];
    for (const name of names) {
      account.changePlan(id, name);
      await payments.deliver();
      left.push((await payments.state())?.included ?? -1);
    }
    return left;
  }

  test('begin a window each, once, and go on in it on the return', async () => {
    await payments.spend(400);
    expect(await visit('daily')).toEqual([300]);
    await payments.spend(100);
    expect(await visit('pro', 'daily', 'weekly', 'open', 'daily', 'pro', 'weekly')).toEqual([
      600,
      200,
      700,
      expect.any(Number),
      200,
      600,
      700,
    ]);
    expect(await payments.balance()).toMatchObject({ credits: 10 });
  });

  test('leave no more on the return, however much was spent', async () => {
    await payments.spend(1_005);
    expect(await visit('daily', 'pro', 'daily', 'pro')).toEqual([300, 0, 300, 0]);
    expect(await payments.balance()).toMatchObject({ remaining: 5, credits: 5 });
  });

  test('count what was spent by larger and smaller ones of the same window, which they come back by', async () => {
    expect(await visit('max')).toEqual([9_000]);
    await payments.spend(2_000);
    expect(await visit('daily', 'pro', 'daily', 'max', 'pro', 'daily', 'pro', 'max')).toEqual([
      300, 0, 300, 7_000, 0, 300, 0, 7_000,
    ]);
  });

  test('begin anew in the next window', async () => {
    await payments.spend(400);
    await visit('daily');
    await payments.spend(300);
    // The first of December has come, and another day with it.
    payments.now = Date.UTC(2026, 11, 1, 12) / 1000;
    expect(await visit('pro', 'daily', 'pro')).toEqual([1_000, 300, 1_000]);
  });

  test('begin anew with a subscription that was bought for it', async () => {
    await payments.spend(400);
    await visit('daily');
    id = account.subscribe('pro');
    await payments.deliver();
    expect(await payments.state()).toMatchObject({ plan: 'pro', included: 1_000 });
    expect(await visit('daily')).toEqual([300]);
  });
});
