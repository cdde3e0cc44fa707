import type Stripe from 'stripe';
import { DynamoDbPaymentStore } from '../../../lambda/adapters/dynamodb-payment-store';
import { patientItems } from '../../../lambda/adapters/sdk-item-updates';
import { processEvent } from '../../../lambda/payments/process';
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

/** Carries out the renewal in a run that ends after so many calls of the store. */
async function renewInPart(calls: number): Promise<void> {
  const { store } = payments.dependencies;
  const { client, table } = payments.table;
  let left = calls;
  const send = (command: Parameters<typeof client.send>[0]) =>
    left-- > 0 ? client.send(command) : Promise.reject(new Error('the process has ended'));
  const mortal = new DynamoDbPaymentStore(patientItems({ send } as unknown as typeof client), table, () => NOW);
  const renew: typeof store.renew = (customer, renewal) => mortal.renew(customer, renewal);
  const broken = Object.assign(Object.create(store), { renew });
  await expect(processEvent(updated(), { ...payments.dependencies, store: broken })).rejects.toThrow('has ended');
}

test('a change of plan at the very renewal gives the new plan’s period, whatever became of the old one’s', async () => {
  await payments.process(updated());
  await payments.spend(1_000);
  inPeriod(NEXT);
  // Its entry is written, and not done.
  await renewInPart(2);
  expect(await payments.ledger('renewal')).toMatchObject([{ plan: 'pro', state: 'pending' }]);
  inPeriod(NEXT, 'max');
  await payments.process(paid());
  expect(await payments.balance()).toMatchObject({ plan: 'max', remaining: 9_000, periodStart: NEXT });
});

test('a renewal that was done and not marked is marked by the next event', async () => {
  await payments.process(updated());
  inPeriod(NEXT);
  await renewInPart(4);
  expect(await payments.balance()).toMatchObject({ periodStart: NEXT });
  expect(await payments.ledger('renewal')).toMatchObject([{ plan: 'pro', state: 'pending' }]);
  await payments.process(paid());
  expect(await payments.ledger('renewal')).toMatchObject([{ plan: 'pro', state: 'applied' }]);
});

test('of a subscription that tells no period is an error, and is sent again', async () => {
  account.change(id, { items: { ...current().items, data: [] } });
  await expect(payments.process(paid())).rejects.toThrow('no item to tell its period');
});
