import type { Money } from '../../../lambda/domain/blocked-revenue';
import { event } from './events';
import { PaymentsUnderTest } from './harness';
import type { StripeAccount } from './stripe-account';

let payments: PaymentsUnderTest;
let account: StripeAccount;

beforeEach(() => {
  payments = new PaymentsUnderTest();
  ({ account } = payments);
});

const sum = (money: readonly Money[]) => money.reduce((total, { amount }) => total + amount, 0);

test('money for bought units is told once, however often and by whatever event it is told of', async () => {
  account.buyPack(1_000, 3_000);
  await payments.deliver();
  expect(payments.revenue).toEqual([{ amount: 3_000, currency: 'usd' }]);
  const purchase = account.events.slice();
  // WHEN the same is sent again, and under another name
  await payments.process(...(purchase as never[]));
  await payments.process(...purchase.map((each) => ({ ...each, id: `${each.id}_again` }) as never));
  expect(payments.revenue).toHaveLength(1);
  // AND an agent has paid for others
  account.payPack(500, 700);
  await payments.deliver();
  expect(sum(payments.revenue)).toBe(3_700);
});

test('money for a plan is told with the event of its invoice, once', async () => {
  const id = account.subscribe('pro');
  await payments.deliver();
  const before = sum(payments.revenue);
  const invoice = {
    object: 'invoice',
    amount_paid: 2_900,
    currency: 'eur',
    parent: { subscription_details: { subscription: id } },
  };
  const paid = event('invoice.paid', invoice as never);
  expect(await payments.process(paid, paid)).toBe('duplicate');
  expect(payments.revenue.at(-1)).toEqual({ amount: 2_900, currency: 'eur' });
  expect(sum(payments.revenue)).toBe(before + 2_900);
  // AND where nothing was paid, or for nothing of ours, no money came
  const free = { ...invoice, amount_paid: 0 };
  await payments.process(
    event('invoice.paid', free as never),
    event('invoice.paid', { ...invoice, parent: null } as never),
  );
  expect(sum(payments.revenue)).toBe(before + 2_900);
});

test('two that carry out an event at a time tell of it once', async () => {
  const id = account.subscribe('pro');
  await payments.deliver();
  payments.revenue.length = 0;
  payments.lags.length = 0;
  const invoice = {
    object: 'invoice',
    amount_paid: 2_900,
    currency: 'usd',
    parent: { subscription_details: { subscription: id } },
  };
  const paid = event('invoice.paid', invoice as never);
  await Promise.all([payments.process(paid), payments.process(paid)]);
  expect(payments.revenue).toEqual([{ amount: 2_900, currency: 'usd' }]);
  expect(payments.lags).toHaveLength(1);
});

test('money that goes back is told refund by refund, and dispute by dispute', async () => {
  const charge = account.buyPack(1_000, 3_000);
  account.refund(charge, 1_000);
  account.refund(charge, 500);
  const other = account.buyPack(10, 700);
  account.openDispute(other, 700);
  await payments.deliver();
  await payments.process(...(account.events as never[]));
  expect(payments.refunded.map(({ amount }) => amount)).toEqual([1_000, 500, 700]);
});

test('an event tells how long after it happened it was carried out, if it was', async () => {
  account.buyPack(10);
  const created = account.events[0]?.created ?? 0;
  payments.now = created + 90;
  expect(await payments.deliver()).toContain('processed');
  expect(payments.lags[0]).toBe(90_000);
  const count = payments.lags.length;
  await payments
    .process(...(account.events as never[]), event('charge.refunded', { id: 'ch_of_others' } as never))
    .catch(() => undefined);
  expect(payments.lags).toHaveLength(count);
});
