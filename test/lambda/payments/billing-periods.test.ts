import type Stripe from 'stripe';
import { CATALOGUE, NOW, plan } from '../fixtures';
import { event } from './events';
import { PaymentsUnderTest } from './harness';
import { checkoutSession, invoice, PERIOD, soldPack, withItem } from './objects';
import type { StripeAccount } from './stripe-account';

const NEXT = NOW + PERIOD;
const [pro, max] = ['price_pro', 'price_max'].map((stripePrice) => ({ stripePrice }));
const plans = [plan('free', 50), plan('pro', 1_000, 'billing', pro), plan('max', 9_000, 'billing', max)];

let payments: PaymentsUnderTest;
let account: StripeAccount;
let id: string;

beforeEach(() => {
  payments = new PaymentsUnderTest(undefined, undefined, { ...CATALOGUE, plans });
  ({ account } = payments);
  id = account.subscribe('pro');
});

const current = () => account.subscriptions.get(id) as Stripe.Subscription;
const updated = () => event('customer.subscription.updated', current());
const paid = () => event('invoice.paid', invoice('in_1', current(), 'paid'));

/** Puts the subscription into its period that begins at `start`. */
function inPeriod(start: number, name = 'pro', overrides: Partial<Stripe.Subscription> = {}): void {
  account.change(id, { ...withItem(current(), name, { start, end: start + PERIOD }), ...overrides });
}

test('begins with the subscription’s period, and not with the event', async () => {
  inPeriod(NOW - 600);
  await payments.process(updated());
  expect(await payments.balance()).toMatchObject({
    remaining: 1_000,
    periodStart: NOW - 600,
    periodEnd: NOW - 600 + PERIOD,
  });
});

test.each([
  ['invoice.paid', paid],
  ['customer.subscription.updated', updated],
])('is renewed by %s, and by it alone', async (_, renewal) => {
  const pack = event('checkout.session.completed', checkoutSession('cs_1', soldPack('customer1', 1_000)));
  await payments.process(updated(), pack);
  inPeriod(NEXT);
  await payments.process(renewal());
  expect(await payments.balance()).toMatchObject({ remaining: 2_000, credits: 1_000, periodStart: NEXT });
  await payments.spend(700);
  await payments.process(paid(), updated(), paid());
  expect(await payments.balance()).toMatchObject({ remaining: 1_300, credits: 1_000, periodEnd: NEXT + PERIOD });
  expect(await payments.ledger('renewal')).toEqual([
    expect.objectContaining({ id: `subscription#${id}#period#${NEXT}#pro`, units: 1_000, state: 'applied' }),
  ]);
});

test('is renewed when the payment that had failed is made', async () => {
  await payments.process(updated());
  inPeriod(NEXT, 'pro', { status: 'past_due' });
  await payments.process(event('invoice.payment_failed', invoice('in_1', current(), 'open')));
  expect(await payments.balance()).toMatchObject({ standing: 'grace', periodStart: NOW });
  inPeriod(NEXT, 'pro', { status: 'active' });
  await payments.process(paid());
  expect(await payments.balance()).toMatchObject({ standing: 'active', remaining: 1_000, periodStart: NEXT });
});

test('a change to another plan in mid-period gives that plan’s units once, and its renewal follows', async () => {
  await payments.process(updated());
  inPeriod(NOW, 'max');
  await payments.process(updated());
  await payments.spend(4_000);
  await payments.process(updated(), paid());
  expect(await payments.balance()).toMatchObject({
    plan: 'max',
    remaining: 5_000,
    periodStart: NOW,
    periodEnd: NEXT,
  });
  inPeriod(NEXT, 'max');
  await payments.process(paid());
  expect(await payments.balance()).toMatchObject({ plan: 'max', remaining: 9_000, periodStart: NEXT });
});

test('a change of plan at the very renewal gives the new plan’s period, whatever became of the old one’s', async () => {
  await payments.process(updated());
  await payments.spend(1_000);
  inPeriod(NEXT);
  const { store } = payments.dependencies;
  // The run that was to renew ends when its entry is written and not done.
  const renew: typeof store.renew = async (customer, renewal) => {
    const dead = new PaymentsUnderTest(account, payments.table, { ...CATALOGUE, plans });
    const { client } = payments.table;
    const { send } = client;
    let calls = 0;
    client.send = ((command: never) => (++calls > 2 ? Promise.reject(new Error('ended')) : send(command))) as never;
    await dead.dependencies.store.renew(customer, renewal).finally(() => {
      client.send = send;
    });
  };
  payments.dependencies = { ...payments.dependencies, store: Object.assign(Object.create(store), { renew }) };
  await expect(payments.process(updated())).rejects.toThrow('ended');
  payments.dependencies = { ...payments.dependencies, store };
  expect(await payments.ledger('renewal')).toMatchObject([{ plan: 'pro', state: 'pending' }]);
  inPeriod(NEXT, 'max');
  await payments.process(paid());
  expect(await payments.balance()).toMatchObject({ plan: 'max', remaining: 9_000, periodStart: NEXT });
});

test('of a subscription that tells no period is an error, and is sent again', async () => {
  account.change(id, { items: { ...current().items, data: [] } });
  await expect(payments.process(paid())).rejects.toThrow('no item to tell its period');
});
