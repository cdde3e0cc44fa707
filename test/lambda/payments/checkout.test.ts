import { processEvent } from '../../../lambda/payments/process';
import { NOW } from '../fixtures';
import { again, event } from './events';
import { PaymentsUnderTest } from './harness';
import { checkoutSession, soldPack, soldPlan } from './objects';

let payments: PaymentsUnderTest;

beforeEach(() => {
  payments = new PaymentsUnderTest();
});

const pack = soldPack('customer1', 1_000);
const completed = (...session: Parameters<typeof checkoutSession>) =>
  event('checkout.session.completed', checkoutSession(...session));

test('a top-up makes the customer, and adds its units', async () => {
  expect(await payments.process(completed('cs_1', pack))).toBe('processed');
  expect(await payments.balance()).toMatchObject({ plan: 'free', remaining: 1_050, credits: 1_000, keys: {} });
  expect(await payments.customers.account('customer1')).toMatchObject({ stripeCustomer: 'cus_1' });
});

test('an event that comes twice counts once', async () => {
  const twice = completed('cs_1', pack);
  expect(await payments.process(twice, twice)).toBe('duplicate');
  expect((await payments.balance())?.remaining).toBe(1_050);
});

test('two events about one session count once', async () => {
  const session = checkoutSession('cs_1', pack);
  await payments.process(
    event('checkout.session.completed', session),
    event('checkout.session.async_payment_succeeded', session),
  );
  expect((await payments.balance())?.remaining).toBe(1_050);
});

test('20 deliveries at once count once', async () => {
  const replayed = completed('cs_1', pack);
  const all = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? replayed : again(replayed)));
  await Promise.all(all.map((each) => processEvent(each, payments.dependencies)));
  expect((await payments.balance())?.remaining).toBe(1_050);
});

test('a session that is not paid yet adds nothing', async () => {
  expect(await payments.process(completed('cs_1', pack, { payment_status: 'unpaid' }))).toBe('ignored');
  expect(await payments.balance()).toBeUndefined();
  await payments.process(event('checkout.session.async_payment_succeeded', checkoutSession('cs_1', pack)));
  expect((await payments.balance())?.remaining).toBe(1_050);
});

test('a payment status of another day is no payment', async () => {
  const payment_status = 'partially_paid' as 'paid';
  expect(await payments.process(completed('cs_1', pack, { payment_status }))).toBe('ignored');
  expect(await payments.balance()).toBeUndefined();
});

test('a pack is worth the units that it was sold with', async () => {
  await payments.process(completed('cs_1', { ...soldPack('customer1', 7), topUp: 'gone' }));
  expect((await payments.balance())?.credits).toBe(7);
});

test.each([
  ['something else', { metadata: {} }],
  ['something else that says nothing of itself', { metadata: null }],
  ['another paywall', { metadata: { ...pack, paywall: 'Other' } as Record<string, string> }],
  ['a shop that names its customers as we do', { metadata: { customer: 'customer1', topUp: '1k', units: '1000' } }],
])('a session of %s in the same Stripe account is left alone', async (_, overrides) => {
  expect(await payments.process(completed('cs_1', pack, overrides))).toBe('ignored');
  expect(await payments.balance()).toBeUndefined();
});

test.each([[undefined], ['0'], ['-5'], ['1e3.5'], ['many'], ['1.5']])(
  'a session that sold %s units is an error, and is sent again',
  async (units) => {
    const told = completed('cs_1', { ...pack, units });
    await expect(payments.process(told)).rejects.toThrow('does not tell the units');
    expect(payments.table.items).toEqual([]);
  },
);

test('signing up for a free plan makes the customer', async () => {
  const overrides = { payment_status: 'no_payment_required' } as const;
  await payments.process(completed('cs_1', soldPlan('customer1', 'free'), overrides));
  expect(await payments.balance()).toMatchObject({ plan: 'free', remaining: 50, periodStart: NOW });
});

test('a customer who is deleted at Stripe keeps what he has, and is made there anew when he buys again', async () => {
  const { account } = payments;
  account.buyPack(1_000);
  account.deleteCustomer();
  account.deleteCustomer();
  expect(await payments.deliver()).toEqual(['processed', 'processed', 'processed']);
  expect(await payments.customers.account('customer1')).toMatchObject({ stripeCustomer: undefined });
  expect(await payments.balance()).toMatchObject({ credits: 1_000 });
});

test('what is told late of a customer who is deleted at Stripe does not bring him back there', async () => {
  const { account } = payments;
  account.buyPack(1_000);
  account.buyPack(1_000);
  account.deleteCustomer();
  const [first, second, deleted] = account.events;
  await payments.process(...[first, deleted, second].flatMap((each) => each ?? []));
  // Else each later checkout would name a customer whom Stripe does not know, and fail.
  expect(await payments.customers.account('customer1')).toMatchObject({ stripeCustomer: undefined });
  expect(await payments.balance()).toMatchObject({ credits: 2_000 });
});
