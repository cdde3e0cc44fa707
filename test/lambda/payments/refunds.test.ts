import { DynamoDbCustomerStore } from '../../../lambda/adapters/dynamodb-customer-store';
import { DynamoDbPaymentStore } from '../../../lambda/adapters/dynamodb-payment-store';
import type { PaymentDependencies } from '../../../lambda/payments/dependencies';
import { processEvent } from '../../../lambda/payments/process';
import { createTable, type TestTable } from '../adapters/table';
import { CATALOGUE, NOW } from '../fixtures';
import { StripeAccount } from './stripe-account';

let table: TestTable;
let account: StripeAccount;
let dependencies: PaymentDependencies;

beforeEach(async () => {
  table = await createTable();
  account = new StripeAccount('customer1');
  dependencies = {
    store: new DynamoDbPaymentStore(table.client, table.table, () => NOW),
    subscriptions: account,
    charges: account,
    catalogue: CATALOGUE,
    paywallId: 'Paywall-1',
    clock: () => NOW,
    newLinkSecret: () => new Uint8Array(16),
  };
});

afterEach(() => table.close());

async function deliver(): Promise<string[]> {
  const outcomes = [];
  for (const event of account.events.splice(0)) {
    outcomes.push(await processEvent(event, dependencies));
  }
  return outcomes;
}

async function units() {
  const balance = await new DynamoDbCustomerStore(table.client, table.table).balance('customer1');
  // 50 are the free plan's own.
  return { bought: (balance?.remaining ?? 0) - 50, owed: balance?.owed };
}

test('a refund takes back its part of the pack, whichever events tell of it', async () => {
  const charge = account.buyPack(1_000, 3_000);
  account.refund(charge, 1_000);
  expect(await deliver()).toEqual(['processed', 'processed', 'processed']);
  expect(await units()).toEqual({ bought: 667, owed: 0 });
  account.refund(charge, 2_000);
  await deliver();
  expect(await units()).toEqual({ bought: 0, owed: 0 });
});

test('a refund that fails returns them', async () => {
  const charge = account.buyPack(1_000, 3_000);
  account.refund(charge, 1_000);
  account.refund(charge, 500);
  await deliver();
  account.failRefund(charge, 0);
  await deliver();
  expect(await units()).toEqual({ bought: 833, owed: 0 });
});

test('a refund that is told before its purchase is settled by it', async () => {
  const other = account.buyPack(10);
  const charge = account.buyPack(1_000);
  account.refund(charge, 1_000);
  account.events.reverse();
  // The customer is made by a purchase; until then Stripe is asked to send the refund again.
  await expect(deliver()).rejects.toThrow('no balance');
  account.events.length = 0;
  account.buyPack(20);
  account.refund(charge, 0);
  await deliver();
  expect(await units()).toEqual({ bought: 0, owed: 980 });
  expect(other).toMatch(/^ch_/);
});

test('a dispute takes the pack back until it is won', async () => {
  const charge = account.buyPack(1_000);
  const dispute = account.openDispute(charge, 1_000);
  await deliver();
  expect(await units()).toEqual({ bought: 0, owed: 0 });
  account.closeDispute(dispute, 'won');
  await deliver();
  expect(await units()).toEqual({ bought: 1_000, owed: 0 });
});

test('a dispute that is lost takes it for good, also where only its end is told', async () => {
  const charge = account.buyPack(1_000);
  const dispute = account.openDispute(charge, 400);
  account.events.pop();
  account.closeDispute(dispute, 'lost');
  await deliver();
  expect(await units()).toEqual({ bought: 600, owed: 0 });
});

test('a bank that only asks takes nothing', async () => {
  const charge = account.buyPack(1_000);
  account.openDispute(charge, 1_000, 'warning_needs_response');
  expect(await deliver()).toEqual(['processed', 'ignored']);
  expect(await units()).toEqual({ bought: 1_000, owed: 0 });
});

test('nothing is taken back where the operator wants none', async () => {
  dependencies = { ...dependencies, catalogue: { ...CATALOGUE, clawback: false } };
  account.refund(account.buyPack(1_000), 1_000);
  expect(await deliver()).toEqual(['processed', 'ignored', 'ignored']);
  expect(await units()).toEqual({ bought: 1_000, owed: 0 });
});

test('a refund of something else, or of another paywall, is left alone', async () => {
  const charge = account.buyPack(1_000);
  await deliver();
  const { charges } = dependencies;
  account.refund('ch_of_a_plan', 500);
  expect(await deliver()).toEqual(['ignored', 'ignored']);
  account.refund(charge, 500);
  const pack = async () => ({ metadata: { customer: 'customer1', units: '1000', paywall: 'Other' }, amount: 1_000 });
  dependencies = { ...dependencies, charges: { ...charges, pack, refunds: charges.refunds.bind(charges) } as never };
  expect(await deliver()).toEqual(['ignored', 'ignored']);
  expect(await units()).toEqual({ bought: 1_000, owed: 0 });
});

test('a customer who is deleted at Stripe keeps what he has, and is made there anew when he buys again', async () => {
  account.buyPack(1_000);
  account.deleteCustomer();
  account.deleteCustomer();
  expect(await deliver()).toEqual(['processed', 'processed', 'processed']);
  const customers = new DynamoDbCustomerStore(table.client, table.table);
  expect(await customers.account('customer1')).toMatchObject({ stripeCustomer: undefined });
  expect(await units()).toEqual({ bought: 1_000, owed: 0 });
});
