import { CATALOGUE } from '../fixtures';
import { event } from './events';
import { PaymentsUnderTest } from './harness';
import { charge as chargeOf, refund as refundOf } from './objects';
import type { StripeAccount } from './stripe-account';

let payments: PaymentsUnderTest;
let account: StripeAccount;

beforeEach(() => {
  payments = new PaymentsUnderTest();
  ({ account } = payments);
});

async function units() {
  const balance = await payments.balance();
  // 50 are the free plan's own.
  return { bought: (balance?.remaining ?? 0) - 50, owed: balance?.owed };
}

test('a refund takes back its part of the pack, whichever events tell of it', async () => {
  const charge = account.buyPack(1_000, 3_000);
  account.refund(charge, 1_000);
  expect(await payments.deliver()).toEqual(['processed', 'processed', 'processed']);
  expect(await units()).toEqual({ bought: 667, owed: 0 });
  account.refund(charge, 2_000);
  await payments.deliver();
  expect(await units()).toEqual({ bought: 0, owed: 0 });
});

test('a refund that fails returns them', async () => {
  const charge = account.buyPack(1_000, 3_000);
  account.refund(charge, 1_000);
  account.refund(charge, 500);
  await payments.deliver();
  account.failRefund(charge);
  await payments.deliver();
  expect(await units()).toEqual({ bought: 833, owed: 0 });
});

test('a refund in many parts takes back no unit more or fewer than the pack has', async () => {
  const charge = account.buyPack(1_000, 139);
  for (let part = 0; part < 13; part++) {
    account.refund(charge, 10);
  }
  account.refund(charge, 9);
  await payments.deliver();
  expect(await units()).toEqual({ bought: 0, owed: 0 });
});

test('a refund that is told before its purchase is settled by it', async () => {
  account.buyPack(10);
  const charge = account.buyPack(1_000);
  account.refund(charge, 1_000);
  account.events.reverse();
  // The customer is made by a purchase; until then Stripe is asked to send the refund again.
  await expect(payments.deliver()).rejects.toThrow('no balance');
  payments = new PaymentsUnderTest(account, payments.table);
  account.events.length = 0;
  account.buyPack(20);
  account.refund(charge, 0);
  await payments.deliver();
  expect(await units()).toEqual({ bought: 0, owed: 980 });
});

test('a refund of no charge, or whose status nobody tells, is taken as it is', async () => {
  const charge = account.buyPack(1_000);
  const ofNothing = refundOf('re_1', chargeOf('ch_other', 100), { charge: null });
  expect(await payments.process(event('refund.updated', ofNothing))).toBe('ignored');
  account.refund(charge, 500, null);
  await payments.deliver();
  expect(await units()).toEqual({ bought: 500, owed: 0 });
});

test('a dispute takes the pack back until it is won', async () => {
  const charge = account.buyPack(1_000);
  const dispute = account.openDispute(charge, 1_000);
  await payments.deliver();
  expect(await units()).toEqual({ bought: 0, owed: 0 });
  account.closeDispute(dispute, 'won');
  await payments.deliver();
  expect(await units()).toEqual({ bought: 1_000, owed: 0 });
});

test('a dispute that is lost takes it for good, also where only its end is told', async () => {
  const charge = account.buyPack(1_000);
  const dispute = account.openDispute(charge, 400);
  account.events.splice(1);
  account.closeDispute(dispute, 'lost');
  await payments.deliver();
  expect(await units()).toEqual({ bought: 600, owed: 0 });
});

test('a bank that only asks takes nothing, until it withdraws the money', async () => {
  const charge = account.buyPack(1_000);
  const dispute = account.openDispute(charge, 1_000, 'warning_needs_response');
  expect(await payments.deliver()).toEqual(['processed', 'ignored']);
  expect(await units()).toEqual({ bought: 1_000, owed: 0 });
  account.escalate(dispute);
  await payments.deliver();
  expect(await units()).toEqual({ bought: 0, owed: 0 });
});

test('what was spent before its money went back is owed', async () => {
  const charge = account.buyPack(1_000);
  await payments.deliver();
  await payments.spend(50 + 700);
  account.refund(charge, 1_000);
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ remaining: 0, owed: 700 });
  account.buyPack(800);
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ remaining: 100, owed: 0 });
});

test('nothing is taken back where the operator wants none', async () => {
  payments.dependencies = { ...payments.dependencies, catalogue: { ...CATALOGUE, clawback: false } };
  account.refund(account.buyPack(1_000), 1_000);
  expect(await payments.deliver()).toEqual(['processed', 'ignored', 'ignored']);
  expect(await units()).toEqual({ bought: 1_000, owed: 0 });
});

test('a refund of something else, or of another paywall, is left alone', async () => {
  const charge = account.buyPack(1_000);
  await payments.deliver();
  account.refund('ch_of_a_plan', 500);
  expect(await payments.deliver()).toEqual(['ignored', 'ignored']);
  account.refund(charge, 500);
  const charges = Object.assign(Object.create(account), {
    pack: async () => ({ metadata: { customer: 'customer1', units: '1000', paywall: 'Other' }, amount: 1_000 }),
  });
  payments.dependencies = { ...payments.dependencies, charges };
  expect(await payments.deliver()).toEqual(['ignored', 'ignored']);
  expect(await units()).toEqual({ bought: 1_000, owed: 0 });
});
