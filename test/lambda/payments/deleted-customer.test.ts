import { DynamoDbCustomerDeletions } from '../../../lambda/adapters/dynamodb-customer-deletions';
import { deleteCustomer } from '../../../lambda/domain/customer-deletion';
import { type LogLine, takeLogLines } from '../../support/log-lines';
import { NOW } from '../fixtures';
import { event } from './events';
import { PaymentsUnderTest } from './harness';
import { checkoutSession, soldPack } from './objects';
import { StripeAccount } from './stripe-account';

let logged: LogLine[];

beforeEach(() => {
  logged = takeLogLines();
});

afterEach(() => jest.restoreAllMocks());

async function deleteFrom({ table, customers }: PaymentsUnderTest): Promise<void> {
  const deletions = new DynamoDbCustomerDeletions(table.client, table.table);
  const account = (customer: string) => customers.account(customer);
  const settled = async () => undefined;
  expect(await deleteCustomer('customer1', NOW, { deletions, account, settled })).toBe('deleted');
}

const completed = (id: string, stripeCustomer = 'cus_1') =>
  event('checkout.session.completed', {
    ...checkoutSession(id, soldPack('customer1', 1_000)),
    customer: stripeCustomer,
  });

test('a purchase that is told of after its customer was deleted makes nobody, and is for the operator to see', async () => {
  const payments = new PaymentsUnderTest();
  await payments.process(completed('cs_1'));
  await deleteFrom(payments);
  const before = payments.table.items;
  const late = completed('cs_2');
  expect(await payments.process(late)).toBe('ignored');
  const added = payments.table.items.slice(before.length);
  expect(payments.table.items.slice(0, before.length)).toEqual(before);
  // THEN neither an account nor a link from Stripe is there, and the ledger says that nothing came of it
  expect(added).toMatchObject([
    { pk: { S: 'LEDGER#customer1' }, sk: { S: 'checkout_session#cs_2' }, state: { S: 'void' } },
  ]);
  expect(await payments.balance()).toBeUndefined();
  expect(logged).toEqual([
    expect.objectContaining({ level: 'ERROR', id: late.id, type: late.type, object: 'cs_2', customer: 'customer1' }),
  ]);
});

test('a payment of an agent that is told of after its customer was deleted is entered as void', async () => {
  const account = new StripeAccount('customer1');
  const payments = new PaymentsUnderTest(account);
  account.buyPack(10);
  await payments.deliver();
  await deleteFrom(payments);
  const { intent } = account.payPack(1_000);
  expect(await payments.deliver()).toEqual(['ignored']);
  expect(await payments.ledger('top_up')).toMatchObject([
    { units: 10, state: 'applied' },
    { id: `payment_intent#${intent.id}`, units: 1_000, state: 'void' },
  ]);
  expect(logged).toEqual([
    expect.objectContaining({ type: 'payment_intent.succeeded', object: intent.id, customer: 'customer1' }),
  ]);
});

test('a standing that is settled while its customer is deleted is settled for nobody', async () => {
  const payments = new PaymentsUnderTest();
  await payments.process(completed('cs_1'));
  await deleteFrom(payments);
  const before = payments.table.items;
  await payments.dependencies.store.settleStanding('customer1', { revision: 3, hasStep: false });
  expect(payments.table.items).toEqual(before);
});

test('a refund of what a deleted customer had bought is entered as void, and takes nothing from anybody', async () => {
  const account = new StripeAccount('customer1');
  const payments = new PaymentsUnderTest(account);
  const charge = account.buyPack(1_000, 500);
  await payments.deliver();
  await deleteFrom(payments);
  account.refund(charge, 500);
  expect(await payments.deliver()).not.toContain('processed');
  expect(await payments.ledger('clawback')).toMatchObject([{ units: 1_000, state: 'void' }]);
});

test('a subscription that goes on after its customer was deleted by force brings him no plan', async () => {
  const account = new StripeAccount('customer1');
  const payments = new PaymentsUnderTest(account);
  const id = account.subscribe('pro');
  await payments.deliver();
  expect(await payments.balance()).toMatchObject({ plan: 'pro' });
  await deleteFrom(payments);
  account.passPeriod(id, 'pro');
  expect(new Set(await payments.deliver())).toEqual(new Set(['ignored']));
  expect(await payments.balance()).toBeUndefined();
});
