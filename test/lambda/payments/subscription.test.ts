import type Stripe from 'stripe';
import { processEvent } from '../../../lambda/payments/process';
import { CATALOGUE, NOW, plan } from '../fixtures';
import { event } from './events';
import { PaymentsUnderTest } from './harness';
import { PAYWALL, subscription } from './objects';
import type { StripeAccount } from './stripe-account';

let payments: PaymentsUnderTest;
let account: StripeAccount;

beforeEach(() => {
  payments = new PaymentsUnderTest();
  ({ account } = payments);
});

const at = (id: string) => account.subscriptions.get(id) as Stripe.Subscription;
const updated = (id: string) => event('customer.subscription.updated', at(id));

test('puts the customer on its plan, through whichever event comes first', async () => {
  account.subscribe('pro');
  account.events.reverse();
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ plan: 'pro', remaining: 1_000, credits: 0 });
  expect(await payments.ledger('plan')).toMatchObject([{ from: 'free', plan: 'pro', units: 1_000, state: 'applied' }]);
});

test('is not in force before it is paid', async () => {
  account.subscribe('pro', { status: 'incomplete' });
  const [, created] = account.events;
  await payments.process(created as Stripe.Event);
  expect(await payments.balance()).toBeUndefined();
});

test('by bank debit is in force when the money is in, though Stripe has it run at once', async () => {
  const id = account.debitSubscription('pro');
  expect(await payments.deliver()).toEqual(['ignored', 'processed']);
  expect(await payments.balance()).toBeUndefined();
  account.answerDebit(id, 'paid');
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ plan: 'pro', remaining: 1_000, standing: 'active' });
});

test('whose bank debit fails has never been in force, and leaves no time of grace', async () => {
  account.answerDebit(account.debitSubscription('pro'), 'failed');
  await payments.deliver();
  expect(await payments.balance()).toBeUndefined();
});

test('of which checkouts with a trial were opened in advance gives one trial, and no more', async () => {
  const trial = { status: 'trialing', trial_start: NOW, trial_end: NOW + 7 * 86_400 } as const;
  const first = account.subscribe('pro', trial);
  await payments.deliver();
  await payments.spend(1_000);
  const second = account.subscribe('max', trial);
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ plan: 'pro', remaining: 0 });
  account.endSubscription(first);
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ plan: 'free' });
  account.recover(second);
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ plan: 'max', remaining: 9_000 });
});

test('for which the operator sends invoices is in force before they are paid', async () => {
  const id = account.debitSubscription('pro');
  account.change(id, { collection_method: 'send_invoice' }, 'customer.subscription.updated');
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ plan: 'pro' });
});

test('replaces the one before, which is cancelled, and whose end changes nothing', async () => {
  const old = account.subscribe('pro');
  account.subscribe('max');
  await payments.deliver();
  expect(at(old).status).toBe('canceled');
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ plan: 'max', remaining: 9_000 });
});

test('that was replaced before anybody heard of it is cancelled too, so that nobody pays for two', async () => {
  const old = account.subscribe('pro');
  const young = account.subscribe('max');
  await payments.process(updated(young));
  expect(at(old).status).toBe('active');
  await payments.process(updated(old));
  expect(at(old).status).toBe('canceled');
  expect(await payments.balance()).toMatchObject({ plan: 'max', remaining: 9_000 });
});

test('three in a row leave the youngest, though the run that was to cancel the first has ended early', async () => {
  const first = account.subscribe('pro');
  await payments.deliver();
  const second = account.subscribe('max');
  const { cancel } = account;
  account.cancel = () => Promise.reject(new Error('Stripe is down'));
  await expect(payments.process(updated(second))).rejects.toThrow('Stripe is down');
  const third = account.subscribe('pro');
  await expect(payments.process(updated(third))).rejects.toThrow('Stripe is down');
  account.cancel = cancel;
  await payments.process(updated(third));
  expect((await payments.dependencies.store.entitlement('customer1')).replaced).toEqual([]);
  expect([first, second, third].map((id) => at(id).status)).toEqual(['canceled', 'canceled', 'active']);
});

test('of two of one second the same one stays, whichever is heard of first', async () => {
  for (const order of [
    [0, 1, 0, 1],
    [1, 0, 1, 0],
  ]) {
    payments = new PaymentsUnderTest();
    ({ account } = payments);
    const ids = [account.subscribe('pro', { created: NOW }), account.subscribe('max', { created: NOW })];
    await payments.process(...order.map((index) => updated(ids[index] ?? '')));
    expect(ids.map((id) => at(id).status)).toEqual(['canceled', 'active']);
    expect(await payments.balance()).toMatchObject({ plan: 'max' });
  }
});

test('that is bought anew for the same plan begins it anew: it was paid for', async () => {
  const first = account.subscribe('pro');
  await payments.deliver();
  await payments.spend(1_000);
  account.failRenewal(first);
  account.subscribe('pro');
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ plan: 'pro', remaining: 1_000, standing: 'active' });
});

test('whose renewal fails leaves a time of grace, which no later event prolongs, and its recovery ends it', async () => {
  const id = account.subscribe('pro');
  account.failRenewal(id);
  await payments.deliver();
  const graceEndsAt = NOW + CATALOGUE.gracePeriod;
  expect(await payments.balance()).toMatchObject({ standing: 'grace', graceEndsAt });
  payments.now += 86_400;
  account.failRenewal(id, 'invoice.payment_action_required');
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ standing: 'grace', graceEndsAt });
  account.recover(id);
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ standing: 'active', plan: 'pro' });
});

test('that ends falls back to the default plan, and a late payment of it does not revive it', async () => {
  account.buyPack(1_000);
  const id = account.subscribe('pro');
  const late = [...account.events];
  await payments.deliver();
  account.endSubscription(id);
  await payments.deliver();
  await payments.process(...late.map((told) => ({ ...told, id: `${told.id}_late` })));
  expect(await payments.balance()).toMatchObject({ plan: 'free', remaining: 50 + 1_000, credits: 1_000 });
});

test('whose end was half carried out is ended by the next event of it', async () => {
  const id = account.subscribe('pro');
  await payments.deliver();
  account.endSubscription(id);
  const { store } = payments.dependencies;
  const post: typeof store.post = () => Promise.reject(new Error('the table is on fire'));
  const broken = { ...payments.dependencies, store: Object.assign(Object.create(store), { post }) };
  await expect(processEvent(updated(id), broken)).rejects.toThrow('on fire');
  expect((await payments.balance())?.plan).toBe('pro');
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ plan: 'free', remaining: 50 });
});

test('an answer of Stripe’s that was overtaken puts nobody back on what has ended', async () => {
  const id = account.subscribe('pro');
  await payments.deliver();
  const stale = await account.retrieve(id);
  account.endSubscription(id);
  let asked = 0;
  const late = {
    ...payments.dependencies,
    subscriptions: {
      cancel: account.cancel.bind(account),
      retrieve: async () => {
        // While this run waits for Stripe's answer, another one learns of the end, and does what it means.
        const isFirst = asked++ === 0;
        if (isFirst) {
          await payments.deliver();
        }
        return isFirst ? stale : account.retrieve(id);
      },
    },
  };
  await processEvent(updated(id), late);
  expect(await payments.balance()).toMatchObject({ plan: 'free', remaining: 50 });
});

test('that is unpaid is over, and back when it is paid after all', async () => {
  const id = account.subscribe('pro');
  await payments.deliver();
  account.change(id, { status: 'unpaid' }, 'customer.subscription.updated');
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ plan: 'free', standing: 'active' });
  account.recover(id);
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ plan: 'pro', remaining: 1_000 });
  expect(await payments.ledger('plan')).toHaveLength(3);
});

test('for a plan that is not in the catalogue is an error, and is sent again', async () => {
  account.subscribe('gold');
  const [, created] = account.events;
  await expect(payments.process(created as Stripe.Event)).rejects.toThrow('no plan gold');
  expect(await payments.balance()).toBeUndefined();
});

test('for a plan that has left the catalogue since goes on', async () => {
  const id = account.subscribe('max');
  await payments.deliver();
  const plans = CATALOGUE.plans.filter((entry) => entry.id !== 'max');
  payments.dependencies = { ...payments.dependencies, catalogue: { ...CATALOGUE, plans } };
  account.recover(id);
  expect(await payments.deliver()).toEqual(['processed', 'processed']);
  expect(await payments.balance()).toMatchObject({ plan: 'max', remaining: 9_000 });
});

test('that is paused is owed a payment at once, and its return restores it', async () => {
  const id = account.subscribe('pro');
  account.change(id, { status: 'paused' }, 'customer.subscription.paused');
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ plan: 'pro', standing: 'grace', graceEndsAt: NOW });
  account.change(id, { status: 'active' }, 'customer.subscription.resumed');
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ plan: 'pro', standing: 'active', remaining: 1_000 });
});

test.each([
  ['something else', {}],
  ['another paywall', { customer: 'customer1', plan: 'pro', paywall: 'Other' }],
  ['a shop that names its customers as we do', { customer: 'customer1', plan: 'pro' }],
  ['a customer of ours, and no plan', { customer: 'customer1', paywall: PAYWALL }],
])('of %s in the same Stripe account is left alone', async (_, metadata: Record<string, string>) => {
  account.subscribe('pro', { metadata });
  const [, created, paid] = account.events;
  expect(await payments.process(created as Stripe.Event)).toBe('ignored');
  expect(await payments.process(paid as Stripe.Event)).toBe('ignored');
  expect(await payments.balance()).toBeUndefined();
});

test('is told to what makes surrogate keys, each time, so that no end of a run loses it', async () => {
  const id = account.subscribe('pro');
  await payments.deliver();
  account.endSubscription(id);
  await payments.deliver();
  const plans = payments.arrivals.map(({ plan: name }) => name);
  expect([plans.indexOf('pro'), plans.at(-1)]).toEqual([0, 'free']);
  const { length } = payments.arrivals;
  await payments.process(event('customer.subscription.deleted', at(id)));
  expect(payments.arrivals.slice(length)).toEqual([{ customer: 'customer1', plan: 'free' }]);
});

test('to a plan without a limit leaves bought units as they are, before and after it', async () => {
  const catalogue = { ...CATALOGUE, plans: [...CATALOGUE.plans, plan('open', undefined, 'unlimited')] };
  payments = new PaymentsUnderTest(account, undefined, catalogue);
  account.buyPack(1_000);
  const id = account.subscribe('open');
  await payments.deliver();
  await payments.spend(10 ** 9);
  account.endSubscription(id);
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ plan: 'free', remaining: 1_050, credits: 1_000 });
});

test('whose price is none of ours keeps the plan that it was bought for', async () => {
  const sold = { paywall: PAYWALL, customer: 'customer1', plan: 'unknown' };
  account.subscribe('pro', { items: subscription('sub_2', sold).items });
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ plan: 'pro' });
});
