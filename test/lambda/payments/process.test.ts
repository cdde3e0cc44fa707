import type Stripe from 'stripe';
import { DynamoDbCustomerStore } from '../../../lambda/adapters/dynamodb-customer-store';
import { DynamoDbKeyStore } from '../../../lambda/adapters/dynamodb-key-store';
import { DynamoDbPaymentStore } from '../../../lambda/adapters/dynamodb-payment-store';
import { DynamoDbSpendingStore } from '../../../lambda/adapters/dynamodb-spending-store';
import { SdkItemUpdates } from '../../../lambda/adapters/sdk-item-updates';
import type { PaymentDependencies } from '../../../lambda/payments/dependencies';
import { processEvent } from '../../../lambda/payments/process';
import { createTable, type TestTable } from '../adapters/table';
import { CATALOGUE, NOW, plan } from '../fixtures';
import { checkoutSession, event, invoice, subscription } from './events';

let table: TestTable;
let customers: DynamoDbCustomerStore;
let dependencies: PaymentDependencies;
const atStripe = new Map<string, Stripe.Subscription>();
const cancelled: string[] = [];

beforeEach(async () => {
  table = await createTable();
  customers = new DynamoDbCustomerStore(table.client, table.table);
  atStripe.clear();
  cancelled.length = 0;
  dependencies = {
    store: new DynamoDbPaymentStore(table.client, table.table, () => NOW),
    subscriptions: {
      retrieve: async (id) => atStripe.get(id) ?? Promise.reject(new Error(`no subscription ${id}`)),
      cancel: async (id) => {
        cancelled.push(id);
      },
    },
    charges: { pack: async () => undefined, refunds: async () => [], dispute: () => Promise.reject(new Error('none')) },
    catalogue: CATALOGUE,
    paywallId: 'Paywall-1',
    clock: () => NOW,
    newLinkSecret: () => new Uint8Array(16),
  };
});

afterEach(() => table.close());

function process(...events: Stripe.Event[]) {
  return events.reduce(
    async (before, next) => {
      await before;
      return processEvent(next, dependencies);
    },
    Promise.resolve('ignored' as Awaited<ReturnType<typeof processEvent>>),
  );
}

function balance() {
  return customers.balance('customer1');
}

/** A call of the customer's. */
async function spend(cost: number): Promise<void> {
  const keyHash = new Uint8Array(32);
  const record = { keyId: 'key001', name: 'first key', createdAt: NOW };
  await new DynamoDbKeyStore(table.client, table.table).addFirst('customer1', record, keyHash);
  const store = new DynamoDbSpendingStore(new SdkItemUpdates(table.client), table.table);
  const { spent } = await store.spend({ customer: 'customer1', credential: { keyId: 'key001', keyHash }, cost }, NOW);
  expect(spent).toBe(true);
}

function putAtStripe(...subscriptions: Stripe.Subscription[]): void {
  for (const entry of subscriptions) {
    atStripe.set(entry.id, entry);
  }
}

test('a top-up makes the customer, and adds its units', async () => {
  expect(await process(event('checkout.session.completed', checkoutSession()))).toBe('processed');
  expect(await balance()).toMatchObject({ plan: 'free', remaining: 1_050, credits: 1_000, keys: {} });
  expect(await customers.account('customer1')).toMatchObject({ stripeCustomer: 'cus_1' });
});

test('an event that comes twice counts once', async () => {
  const twice = event('checkout.session.completed', checkoutSession());
  expect(await process(twice, twice)).toBe('duplicate');
  expect((await balance())?.remaining).toBe(1_050);
});

test('two events about one session count once', async () => {
  const session = checkoutSession();
  await process(
    event('checkout.session.completed', session),
    event('checkout.session.async_payment_succeeded', session),
  );
  expect((await balance())?.remaining).toBe(1_050);
});

test('20 deliveries at once count once', async () => {
  const replayed = event('checkout.session.completed', checkoutSession());
  await Promise.all(Array.from({ length: 20 }, () => processEvent(replayed, dependencies)));
  expect((await balance())?.remaining).toBe(1_050);
});

test('a session that is not paid yet adds nothing', async () => {
  const session = checkoutSession({ payment_status: 'unpaid' });
  expect(await process(event('checkout.session.completed', session))).toBe('ignored');
  expect(await balance()).toBeUndefined();
  await process(event('checkout.session.async_payment_succeeded', { ...session, payment_status: 'paid' }));
  expect((await balance())?.remaining).toBe(1_050);
});

test('a pack is worth the units that it was sold with', async () => {
  const session = checkoutSession({ metadata: { customer: 'customer1', topUp: 'gone', units: '7' } });
  await process(event('checkout.session.completed', session));
  expect((await balance())?.credits).toBe(7);
});

test('a session of something else in the same Stripe account is left alone', async () => {
  const session = checkoutSession({ metadata: {} });
  expect(await process(event('checkout.session.completed', session))).toBe('ignored');
});

test('a session that does not tell its units is an error, and is sent again', async () => {
  const session = checkoutSession({ metadata: { customer: 'customer1', topUp: '1k' } });
  await expect(process(event('checkout.session.completed', session))).rejects.toThrow('does not tell the units');
});

test('signing up for a free plan makes the customer', async () => {
  const metadata = { customer: 'customer1', plan: 'free' };
  const session = checkoutSession({ payment_status: 'no_payment_required', metadata });
  await process(event('checkout.session.completed', session));
  expect(await balance()).toMatchObject({ plan: 'free', remaining: 50 });
});

describe('a subscription', () => {
  const bought = (id: string) =>
    event(
      'checkout.session.completed',
      checkoutSession({ subscription: id, metadata: { customer: 'customer1', plan: 'pro' } }),
    );

  test('puts the customer on its plan, through whichever event comes first', async () => {
    putAtStripe(subscription('sub_1', 'pro'));
    const events = [
      bought('sub_1'),
      event('customer.subscription.created', { id: 'sub_1' }),
      event('invoice.paid', invoice('sub_1')),
    ];
    await process(...events.reverse());
    expect(await balance()).toMatchObject({ plan: 'pro', remaining: 1_000, credits: 0 });
  });

  test('is not in force before it is paid', async () => {
    putAtStripe(subscription('sub_1', 'pro', { status: 'incomplete' }));
    await process(event('customer.subscription.created', { id: 'sub_1' }));
    expect(await balance()).toBeUndefined();
  });

  test('replaces the one before, which is cancelled, and whose end changes nothing', async () => {
    putAtStripe(subscription('sub_1', 'pro', { created: NOW - 10 }), subscription('sub_2', 'max'));
    await process(bought('sub_1'), bought('sub_2'));
    expect(cancelled).toEqual(['sub_1']);
    putAtStripe(subscription('sub_1', 'pro', { status: 'canceled', created: NOW - 10 }));
    await process(event('customer.subscription.deleted', { id: 'sub_1' }));
    expect(await balance()).toMatchObject({ plan: 'max', remaining: 9_000 });
  });

  test('that was replaced does not come back by a late event', async () => {
    putAtStripe(subscription('sub_1', 'pro', { created: NOW - 10 }), subscription('sub_2', 'max'));
    await process(bought('sub_2'), event('customer.subscription.updated', { id: 'sub_1' }));
    expect((await balance())?.plan).toBe('max');
  });

  test('whose renewal fails leaves a time of grace, and its recovery ends it', async () => {
    putAtStripe(subscription('sub_1', 'pro'));
    await process(bought('sub_1'));
    putAtStripe(subscription('sub_1', 'pro', { status: 'past_due' }));
    await process(event('invoice.payment_failed', invoice('sub_1')));
    expect(await balance()).toMatchObject({ standing: 'grace', graceEndsAt: NOW + CATALOGUE.gracePeriod });
    putAtStripe(subscription('sub_1', 'pro'));
    await process(event('invoice.paid', invoice('sub_1')));
    expect(await balance()).toMatchObject({ standing: 'active', plan: 'pro' });
  });

  test('that ends falls back to the default plan, and a late payment of it does not revive it', async () => {
    putAtStripe(subscription('sub_1', 'pro'));
    await process(bought('sub_1'), event('checkout.session.completed', checkoutSession()));
    putAtStripe(subscription('sub_1', 'pro', { status: 'canceled' }));
    await process(
      event('customer.subscription.deleted', { id: 'sub_1' }),
      event('invoice.paid', invoice('sub_1')),
      bought('sub_1'),
    );
    expect(await balance()).toMatchObject({ plan: 'free', remaining: 50 + 1_000, credits: 1_000 });
  });

  test('for a plan that is not in the catalogue is an error, and is sent again', async () => {
    putAtStripe(subscription('sub_1', 'gold'));
    await expect(process(event('invoice.paid', invoice('sub_1')))).rejects.toThrow('no plan gold');
  });

  test('that goes to another plan and back in one period fills no quota anew', async () => {
    putAtStripe(subscription('sub_1', 'pro'));
    await process(bought('sub_1'));
    await spend(600);
    for (const [name, remaining] of [
      ['max', 8_400],
      ['pro', 400],
      ['max', 8_400],
    ] as const) {
      putAtStripe(subscription('sub_1', name));
      await process(event('customer.subscription.updated', { id: 'sub_1' }));
      expect(await balance()).toMatchObject({ plan: name, remaining });
    }
  });

  test('of another paywall in the same Stripe account is left alone', async () => {
    putAtStripe(subscription('sub_1', 'pro', { metadata: { customer: 'customer1', plan: 'pro', paywall: 'Other' } }));
    expect(await process(event('invoice.paid', invoice('sub_1')))).toBe('ignored');
    const metadata = { customer: 'customer1', topUp: '1k', units: '1000', paywall: 'Other' };
    expect(await process(event('checkout.session.completed', checkoutSession({ metadata })))).toBe('ignored');
  });

  test('that is paused is owed a payment at once, and its return restores it', async () => {
    putAtStripe(subscription('sub_1', 'pro'));
    await process(bought('sub_1'));
    putAtStripe(subscription('sub_1', 'pro', { status: 'paused' }));
    await process(event('customer.subscription.paused', { id: 'sub_1' }));
    expect(await balance()).toMatchObject({ plan: 'pro', standing: 'grace', graceEndsAt: NOW });
    putAtStripe(subscription('sub_1', 'pro'));
    await process(event('customer.subscription.resumed', { id: 'sub_1' }));
    expect(await balance()).toMatchObject({ plan: 'pro', standing: 'active', remaining: 1_000 });
  });

  test('of something else in the same Stripe account is left alone', async () => {
    putAtStripe(subscription('sub_1', 'pro', { metadata: {} }));
    expect(await process(event('invoice.paid', invoice('sub_1')))).toBe('ignored');
    expect(await process(event('invoice.paid', invoice(undefined)))).toBe('ignored');
  });
});

describe('a plan with the subscription’s own periods', () => {
  const PERIOD = 30 * 86_400;
  const NEXT = NOW + PERIOD;

  beforeEach(() => {
    const price = { stripePrice: 'price_1' };
    const plans = [plan('free', 50), plan('pro', 1_000, 'billing', price), plan('max', 9_000, 'billing', price)];
    dependencies = { ...dependencies, catalogue: { ...CATALOGUE, plans } };
  });

  /** The subscription in its period that begins at `start`. */
  function inPeriod(start: number, name = 'pro', overrides: Partial<Stripe.Subscription> = {}): Stripe.Subscription {
    const items = { data: [{ current_period_start: start, current_period_end: start + PERIOD }] };
    return subscription('sub_1', name, { items: items as Stripe.Subscription['items'], ...overrides });
  }

  const updated = () => event('customer.subscription.updated', { id: 'sub_1' });
  const paid = () => event('invoice.paid', invoice('sub_1'));

  test('begins with the subscription’s period, and not with the event', async () => {
    putAtStripe(inPeriod(NOW - 600));
    await process(updated());
    expect(await balance()).toMatchObject({ remaining: 1_000, periodStart: NOW - 600, periodEnd: NOW - 600 + PERIOD });
  });

  test.each([
    ['invoice.paid', paid],
    ['customer.subscription.updated', updated],
  ])('is renewed by %s, and by it alone', async (_, renewal) => {
    putAtStripe(inPeriod(NOW));
    await process(updated(), event('checkout.session.completed', checkoutSession()));
    putAtStripe(inPeriod(NEXT));
    await process(renewal());
    expect(await balance()).toMatchObject({ remaining: 2_000, credits: 1_000, periodStart: NEXT });
    await spend(700);
    await process(paid(), updated(), paid());
    expect(await balance()).toMatchObject({ remaining: 1_300, credits: 1_000, periodEnd: NEXT + PERIOD });
  });

  test('is renewed when the payment that had failed is made', async () => {
    putAtStripe(inPeriod(NOW));
    await process(updated());
    putAtStripe(inPeriod(NEXT, 'pro', { status: 'past_due' }));
    await process(event('invoice.payment_failed', invoice('sub_1')));
    expect(await balance()).toMatchObject({ standing: 'grace', periodStart: NOW });
    putAtStripe(inPeriod(NEXT));
    await process(paid());
    expect(await balance()).toMatchObject({ standing: 'active', remaining: 1_000, periodStart: NEXT });
  });

  test('a change to another plan in mid-period gives that plan’s units once, and its renewal follows', async () => {
    putAtStripe(inPeriod(NOW));
    await process(updated());
    putAtStripe(inPeriod(NOW, 'max'));
    await process(updated());
    await spend(4_000);
    await process(updated(), paid());
    expect(await balance()).toMatchObject({ plan: 'max', remaining: 5_000, periodStart: NOW, periodEnd: NEXT });
    putAtStripe(inPeriod(NEXT, 'max'));
    await process(paid());
    expect(await balance()).toMatchObject({ plan: 'max', remaining: 9_000, periodStart: NEXT });
  });

  test('of a subscription that tells no period is an error, and is sent again', async () => {
    putAtStripe(inPeriod(NOW, 'pro', { items: { data: [] as unknown } as Stripe.Subscription['items'] }));
    await expect(process(paid())).rejects.toThrow('no item to tell its period');
  });
});

test('a plan without a limit leaves bought units as they are, before and after it', async () => {
  const plans = [...CATALOGUE.plans, plan('open', undefined, 'unlimited')];
  dependencies = { ...dependencies, catalogue: { ...CATALOGUE, plans } };
  putAtStripe(subscription('sub_1', 'open'));
  await process(event('checkout.session.completed', checkoutSession()), event('invoice.paid', invoice('sub_1')));
  await spend(10 ** 9);
  putAtStripe(subscription('sub_1', 'open', { status: 'canceled' }));
  await process(event('customer.subscription.deleted', { id: 'sub_1' }));
  expect(await balance()).toMatchObject({ plan: 'free', remaining: 1_050, credits: 1_000 });
});

test('an event of a type that means nothing here is ignored', async () => {
  expect(await process(event('product.created', { id: 'prod_1' }))).toBe('ignored');
  expect(await process(event('not.of.today' as Stripe.Event['type'], { unknown: true }))).toBe('ignored');
});
