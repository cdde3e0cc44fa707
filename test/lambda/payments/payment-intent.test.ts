import { event } from './events';
import { PaymentsUnderTest } from './harness';
import { paidIntent, soldPack } from './objects';

let payments: PaymentsUnderTest;

beforeEach(() => {
  payments = new PaymentsUnderTest();
  // Who pays without a session is a customer already.
  payments.account.buyPack(10);
});

test('an agent’s payment counts once, whether it is learnt by the function that charges or by an event', async () => {
  const { account, dependencies } = payments;
  await payments.deliver();
  const { intent } = account.payPack(1_000);
  const entry = { kind: 'top_up', id: `payment_intent#${intent.id}`, units: 1_000 } as const;
  expect(await dependencies.store.post('customer1', entry)).toBe('applied');
  expect(await payments.deliver()).toEqual(['processed']);
  expect(await dependencies.store.post('customer1', entry)).toBe('duplicate');
  expect(await payments.state()).toMatchObject({ bought: 1_010 });
  expect((await payments.ledger('top_up')).map(({ units }) => units)).toEqual([10, 1_000]);
});

test('its refunds and disputes take its units back', async () => {
  const { account } = payments;
  const { chargeId } = account.payPack(1_000, 1_000);
  account.refund(chargeId, 250);
  await payments.deliver();
  expect(await payments.state()).toMatchObject({ bought: 760 });
  const other = account.payPack(500, 1_000);
  account.openDispute(other.chargeId, 1_000);
  await payments.deliver();
  expect(await payments.state()).toMatchObject({ bought: 760 });
});

test.each([
  ['is Checkout’s, and so has no metadata of ours', paidIntent('pi_1', 1_000, { paywall: '', customer: '' })],
  ['is another paywall’s', paidIntent('pi_1', 1_000, { ...soldPack('customer1', 5), paywall: 'Other-1' })],
  ['has not come in', { ...paidIntent('pi_1', 1_000, soldPack('customer1', 5)), status: 'processing' as const }],
])('a payment that %s is ignored', async (_, intent) => {
  await payments.deliver();
  expect(await payments.process(event('payment_intent.succeeded', intent))).toBe('ignored');
  expect(await payments.state()).toMatchObject({ bought: 10 });
});

test('one of ours that does not tell its units is for the operator', async () => {
  await payments.deliver();
  const intent = paidIntent('pi_1', 1_000, { ...soldPack('customer1', 5), units: 'many' });
  await expect(payments.process(event('payment_intent.succeeded', intent))).rejects.toThrow(
    'PaymentIntent pi_1 does not tell the units that it sold, got: many',
  );
});
