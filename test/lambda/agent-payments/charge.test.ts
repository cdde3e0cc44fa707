import type { TokenCharge, TokenPayment } from '../../../lambda/adapters/stripe-token-payments';
import { chargeTopUp } from '../../../lambda/agent-payments/charge';
import type { PaymentOrder } from '../../../lambda/domain/agent-payment';
import { CustomerDeletedError } from '../../../lambda/domain/customers';
import type { LedgerEntry } from '../../../lambda/domain/ledger';
import { takeLogLines } from '../../support/log-lines';
import { CATALOGUE } from '../fixtures';

const order: PaymentOrder = {
  customer: 'customer1',
  topUp: '1k',
  units: 1_000,
  amount: 500,
  currency: 'usd',
  challenge: 'challenge-1',
  token: 'spt_1',
};
const PAID: TokenCharge = { outcome: 'paid', intent: 'pi_1', paidAt: '2026-11-23T12:00:00.000Z' };

function world(charge: TokenCharge = PAID) {
  const charged: TokenPayment[] = [];
  const revenue: [number, string][] = [];
  const posted = new Map<string, LedgerEntry & { customer: string }>();
  const dependencies = {
    payments: {
      charge: async (payment: TokenPayment) => {
        charged.push(payment);
        return charge;
      },
    },
    store: {
      post: async (customer: string, entry: LedgerEntry) => {
        const isNew = !posted.has(entry.id);
        posted.set(entry.id, { customer, ...entry });
        return isNew ? ('applied' as const) : ('duplicate' as const);
      },
    },
    catalogue: CATALOGUE,
    paywallId: 'Paywall-1',
    revenue: (amount: number, currency: string) => revenue.push([amount, currency]),
  };
  return { charged, posted, revenue, dependencies };
}

test('a top-up is charged as the catalogue sells it, and credited under the name of its payment', async () => {
  const { charged, posted, dependencies } = world();
  expect(await chargeTopUp(order, dependencies)).toEqual({
    outcome: 'paid',
    reference: 'pi_1',
    paidAt: '2026-11-23T12:00:00.000Z',
    credited: true,
  });
  expect(charged).toEqual([
    {
      amount: 500,
      currency: 'usd',
      token: 'spt_1',
      description: '1,000 units',
      metadata: { paywall: 'Paywall-1', customer: 'customer1', topUp: '1k', units: '1000' },
      idempotencyKey: 'Paywall-1/payment/challenge-1',
    },
  ]);
  expect([...posted.values()]).toEqual([
    { customer: 'customer1', kind: 'top_up', id: 'payment_intent#pi_1', units: 1_000 },
  ]);
});

test('an order that is placed again is charged under the same key, and credited and told once', async () => {
  const { charged, posted, revenue, dependencies } = world();
  await chargeTopUp(order, dependencies);
  expect(await chargeTopUp(order, dependencies)).toMatchObject({ outcome: 'paid', credited: false });
  expect(new Set(charged.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  expect(posted.size).toBe(1);
  expect(revenue).toEqual([[500, 'usd']]);
});

test('who was deleted while he paid has nothing of it, which the operator is told', async () => {
  const logged = takeLogLines();
  const { dependencies, revenue } = world();
  const post = () => Promise.reject(new CustomerDeletedError('customer1'));
  const answer = await chargeTopUp(order, { ...dependencies, store: { post } });
  expect(answer).toMatchObject({ outcome: 'paid', reference: 'pi_1', credited: false });
  jest.restoreAllMocks();
  expect(logged).toEqual([expect.objectContaining({ level: 'ERROR', object: 'pi_1', customer: 'customer1' })]);
  expect(revenue).toEqual([]);
  // AND whatever else goes wrong is to be tried again
  const failing = { post: () => Promise.reject(new Error('no store')) };
  await expect(chargeTopUp(order, { ...dependencies, store: failing })).rejects.toThrow('no store');
});

test.each(['declined', 'action_required', 'pending', 'token_refused', 'challenge_used'] as const)(
  'what is %s credits nothing',
  async (outcome) => {
    const { posted, revenue, dependencies } = world({ outcome });
    expect(await chargeTopUp(order, dependencies)).toEqual({ outcome });
    expect([posted.size, revenue.length]).toEqual([0, 0]);
  },
);

test.each<[string, Partial<PaymentOrder>]>([
  ['for less', { amount: 50 }],
  ['in another currency', { currency: 'jpy' }],
  ['of more units', { units: 10 ** 9 }],
  ['of what is not sold', { topUp: '1m' }],
])('whoever invokes it cannot have a top-up %s', async (_, changes) => {
  const { charged, posted, dependencies } = world();
  expect(await chargeTopUp({ ...order, ...changes }, dependencies)).toEqual({ outcome: 'terms_changed' });
  expect([charged.length, posted.size]).toEqual([0, 0]);
});
