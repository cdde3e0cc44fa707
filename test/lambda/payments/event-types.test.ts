import type Stripe from 'stripe';
import { HANDLED_EVENTS } from '../../../lib/private/stripe-events';
import { FIXTURES, type Fixture, IGNORED_EVENTS, invoiceOfNothing, type State } from './event-types';
import { again, event } from './events';
import { PaymentsUnderTest } from './harness';
import { customerAtStripe } from './objects';
import type { StripeAccount } from './stripe-account';

const fixtures = Object.entries(FIXTURES) as [string, Fixture][];

interface Told {
  readonly payments: PaymentsUnderTest;
  readonly account: StripeAccount;
  readonly news: Stripe.Event;
}

/** What has happened before is carried out; what happens now is about to be told. */
async function arranged({ before, happens }: Fixture): Promise<Told> {
  const payments = new PaymentsUnderTest();
  const { account } = payments;
  before(account);
  await payments.deliver();
  return { payments, account, news: happens(account) };
}

/** All that is kept, but which events were seen. */
function kept({ table }: PaymentsUnderTest): object[] {
  return table.items.filter((item) => !JSON.stringify(item).includes('"EVENT"'));
}

const entriesOf = async (payments: PaymentsUnderTest) => (await payments.ledger()).map(({ id }) => id);

test('each type that is handled has a fixture, and no other has but those that are named as ignored', () => {
  expect(Object.keys(FIXTURES).sort()).toEqual([...HANDLED_EVENTS, ...IGNORED_EVENTS].sort());
});

describe.each(fixtures)('%s', (type, fixture) => {
  const isHandled = (HANDLED_EVENTS as readonly string[]).includes(type);

  test('has its effect, once, and none when it comes again', async () => {
    const { payments, news } = await arranged(fixture);
    expect(news.type).toBe(type);
    const before = { kept: kept(payments), entries: await entriesOf(payments) };
    expect(await payments.process(news)).toBe(isHandled ? 'processed' : 'ignored');
    expect(await payments.state()).toEqual(fixture.effect);
    if (!isHandled) {
      expect(kept(payments)).toEqual(before.kept);
      return;
    }
    // A fixture of which nothing comes tells nothing.
    expect(kept(payments)).not.toEqual(before.kept);
    const made = (await entriesOf(payments)).filter((id) => !before.entries.includes(id));
    expect(made).toEqual(fixture.entry === undefined ? [] : [expect.stringContaining(fixture.entry)]);
    const { stripeCustomer } = await payments.customers.account('customer1');
    expect(stripeCustomer).toBe(fixture.unlinks ? undefined : 'cus_1');
    const { items } = payments.table;
    expect(await payments.process(news)).toBe('duplicate');
    expect(payments.table.items).toEqual(items);
    const after = kept(payments);
    expect(await payments.process(again(news))).toBe('processed');
    expect(kept(payments)).toEqual(after);
  });

  test('is the same with members that nobody knows yet, at every level', async () => {
    const { payments, account, news } = await arranged(fixture);
    payments.dependencies = {
      ...payments.dependencies,
      subscriptions: strangely(account),
      charges: strangely(account),
    };
    await payments.process(strange(news), strange(again(news)));
    expect(await payments.state()).toEqual(fixture.effect);
  });

  test('of an object that is not ours changes nothing', async () => {
    const { payments, account, news } = await arranged(fixture);
    if (fixture.unlinks) {
      expect(await payments.process(event('customer.deleted', customerAtStripe('cus_stranger')))).toBe('ignored');
      return;
    }
    payments.dependencies = { ...payments.dependencies, paywallId: 'Paywall-2' };
    const before = payments.table.items;
    expect(await payments.process(news)).toBe('ignored');
    expect(payments.table.items).toEqual(before);
    expect(account.events).not.toHaveLength(0);
  });
});

describe('a value that Stripe may come to send one day', () => {
  const state = async (payments: PaymentsUnderTest) => (await payments.state()) as State;

  test.each(['customer.subscription.created', 'customer.subscription.updated', 'invoice.paid'] as const)(
    'as the status of a subscription, told by %s, gives nothing and takes nothing',
    async (type) => {
      const { payments, account, news } = await arranged(FIXTURES[type]);
      const before = await state(payments);
      const { id } = account.current as Stripe.Subscription;
      account.change(id, { status: 'hibernating' as Stripe.Subscription.Status });
      expect(await payments.process(news)).toBe('processed');
      expect(await state(payments)).toEqual(before);
    },
  );

  test('as the reason of an invoice is a reason like others', async () => {
    const { payments, account, news } = await arranged(FIXTURES['invoice.payment_failed']);
    account.rewriteInvoices({ billing_reason: 'subscription_anniversary' as Stripe.Invoice.BillingReason });
    expect(await payments.process(news)).toBe('processed');
    expect(await state(payments)).toEqual(FIXTURES['invoice.payment_failed'].effect);
  });

  test.each(['refund.created', 'refund.updated', 'charge.refunded'] as const)(
    'as the status of a refund, told by %s, returns no units',
    async (type) => {
      const { payments, account, news } = await arranged(FIXTURES[type]);
      account.rewriteRefunds({ status: 'queued' });
      expect(await payments.process(news)).toBe('processed');
      expect((await state(payments)).bought).toBe(7);
    },
  );

  test.each(['charge.dispute.created', 'charge.dispute.closed'] as const)(
    'as the status of a dispute, told by %s, returns no units',
    async (type) => {
      const { payments, account, news } = await arranged(FIXTURES[type]);
      account.rewriteDisputes({ status: 'arbitration' as Stripe.Dispute.Status, reason: 'astrology' });
      expect(await payments.process(news)).toBe('processed');
      expect((await state(payments)).bought).toBe(0);
    },
  );

  test('as the type of an event is ignored, whatever its object', async () => {
    const { payments, news } = await arranged(FIXTURES['invoice.paid']);
    const before = payments.table.items;
    for (const object of [{ unknown: true }, null, []]) {
      const unknown = { ...again(news), type: 'subscription.reborn', data: { object } };
      expect(await payments.process(unknown as unknown as Stripe.Event)).toBe('ignored');
    }
    expect(payments.table.items).toEqual(before);
  });
});

describe('null, where Stripe’s types have it,', () => {
  test.each([
    ['no parent', null],
    [
      'a parent that is no subscription',
      { quote_details: { quote: 'qt_1' }, subscription_details: null, type: 'quote_details' },
    ],
  ] satisfies [string, Stripe.Invoice['parent']][])('in an invoice with %s: nothing', async (_, parent) => {
    const { payments, account } = await arranged(FIXTURES['invoice.paid']);
    expect(await payments.process(invoiceOfNothing(account, parent))).toBe('ignored');
  });

  test.each([
    ['customer', { customer: null }, 'processed'],
    ['metadata', { metadata: null }, 'ignored'],
    [
      'amounts and everything else',
      { amount_total: null, currency: null, customer_details: null, mode: 'payment' },
      'processed',
    ],
  ] satisfies [string, Partial<Stripe.Checkout.Session>, string][])(
    'in a session’s %s: what was bought is, where that is told',
    async (_, nulls, outcome) => {
      const { payments, news } = await arranged(FIXTURES['checkout.session.completed']);
      const { object } = news.data as { object: Stripe.Checkout.Session };
      const told = event('checkout.session.completed', { ...object, ...nulls });
      expect(await payments.process(told)).toBe(outcome);
      expect((await payments.state())?.bought).toBe(outcome === 'processed' ? 1_010 : 10);
    },
  );

  test('in a subscription’s latest invoice: it is paid', async () => {
    const { payments, account, news } = await arranged(FIXTURES['customer.subscription.created']);
    account.change((account.current as Stripe.Subscription).id, { latest_invoice: null });
    await payments.process(news);
    expect(await payments.state()).toMatchObject({ plan: 'pro' });
  });

  test('in a refund’s charge: nothing', async () => {
    const { payments, news } = await arranged(FIXTURES['refund.created']);
    const { object } = news.data as { object: Stripe.Refund };
    const told = event('refund.created', { ...object, charge: null, payment_intent: null, status: null });
    expect(await payments.process(told)).toBe('ignored');
  });
});

/** The same, with members that no type has. */
function strange<T>(value: T): T {
  if (Array.isArray(value)) {
    return value.map(strange) as T;
  }
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    return value;
  }
  const members = Object.entries(value).map(([name, member]) => [name, strange(member)]);
  return { ...Object.fromEntries(members), new_member: { of: ['another', 'day', null, 1] }, null_member: null };
}

/** An account whose answers have such members too. */
function strangely(account: StripeAccount): StripeAccount {
  return new Proxy(account, {
    get: (target, name) => {
      const member = Reflect.get(target, name) as unknown;
      return typeof member === 'function'
        ? async (...args: unknown[]) => strange(await member.apply(target, args))
        : member;
    },
  });
}
