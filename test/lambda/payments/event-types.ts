import type Stripe from 'stripe';
import type { HANDLED_EVENTS } from '../../../lib/private/stripe-events';
import { NOW } from '../fixtures';
import { event } from './events';
import { checkoutSession, customerAtStripe, invoice, soldPack, soldPlan } from './objects';
import type { StripeAccount } from './stripe-account';

/** Types that are named and mean nothing: a checkout that was left or not paid, a trial that goes on for three days more. */
export const IGNORED_EVENTS = [
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
  'customer.subscription.trial_will_end',
] as const;

export type HandledEvent = (typeof HANDLED_EVENTS)[number];
type IgnoredEvent = (typeof IGNORED_EVENTS)[number];

/** What a customer has, and how he stands. */
export interface State {
  readonly plan: string;
  readonly standing: 'active' | 'grace';
  readonly bought: number;
  readonly included: number;
}

export interface Fixture<E extends Stripe.Event = Stripe.Event> {
  /** What has happened before, and was told of. */
  readonly before: (account: StripeAccount) => void;
  /** What happens at Stripe, and how this type tells of it. */
  readonly happens: (account: StripeAccount) => E;
  readonly effect: State;
  /** The entry that it makes in the ledger, without the ids of this account. */
  readonly entry?: string;
  /** What of the account is gone afterwards. */
  readonly unlinks?: boolean;
}

const FREE: State = { plan: 'free', standing: 'active', bought: 10, included: 50 };
const PRO: State = { ...FREE, plan: 'pro', included: 1_000 };

const current = (account: StripeAccount) => account.current as Stripe.Subscription;
const charge = (account: StripeAccount) => account.undisputed[0] ?? '';

function customer(account: StripeAccount): void {
  account.buyPack(10, 100);
}

function subscriber(account: StripeAccount): void {
  customer(account);
  account.subscribe('pro');
}

/** The last event of that type that the account has told. */
function last<T extends Stripe.Event.Type>(account: StripeAccount, type: T): Extract<Stripe.Event, { type: T }> {
  const told = account.events.findLast((each) => each.type === type);
  if (told === undefined) {
    throw new Error(`nothing has told ${type}`);
  }
  return told as Extract<Stripe.Event, { type: T }>;
}

/** Something happens; of what tells of it, this type alone arrives. */
function telling<T extends Stripe.Event.Type>(type: T, happen: (account: StripeAccount) => unknown) {
  return (account: StripeAccount) => {
    happen(account);
    return last(account, type);
  };
}

/** One for each type that is handled, and each that is named as ignored; the compiler sees to it that none is missing. */
export const FIXTURES: { readonly [T in HandledEvent | IgnoredEvent]: Fixture<Extract<Stripe.Event, { type: T }>> } = {
  'checkout.session.completed': {
    before: customer,
    happens: telling('checkout.session.completed', (account) => account.buyPack(1_000)),
    effect: { ...FREE, bought: 1_010 },
    entry: 'checkout_session#',
  },
  'checkout.session.async_payment_succeeded': {
    before: customer,
    happens: telling('checkout.session.async_payment_succeeded', (account) => account.debitPack(1_000)),
    effect: { ...FREE, bought: 1_010 },
    entry: 'checkout_session#',
  },
  'customer.subscription.created': {
    before: customer,
    happens: telling('customer.subscription.created', (account) => account.subscribe('pro')),
    effect: PRO,
    entry: 'subscription#',
  },
  'customer.subscription.updated': {
    before: subscriber,
    happens: telling('customer.subscription.updated', (account) => account.changePlan(current(account).id, 'max')),
    effect: { ...PRO, plan: 'max', included: 9_000 },
    entry: 'subscription#',
  },
  'customer.subscription.deleted': {
    before: subscriber,
    happens: telling('customer.subscription.deleted', (account) => account.endSubscription(current(account).id)),
    effect: FREE,
    entry: 'subscription#',
  },
  'customer.subscription.paused': {
    before: subscriber,
    happens: telling('customer.subscription.paused', (account) =>
      account.change(current(account).id, { status: 'paused' }, 'customer.subscription.paused'),
    ),
    effect: { ...PRO, standing: 'grace' },
  },
  'customer.subscription.resumed': {
    before: (account) => {
      subscriber(account);
      account.change(current(account).id, { status: 'paused' }, 'customer.subscription.paused');
    },
    happens: telling('customer.subscription.resumed', (account) =>
      account.change(current(account).id, { status: 'active' }, 'customer.subscription.resumed'),
    ),
    effect: PRO,
  },
  'invoice.paid': {
    before: (account) => {
      subscriber(account);
      account.failRenewal(current(account).id);
    },
    happens: telling('invoice.paid', (account) => account.recover(current(account).id)),
    effect: PRO,
  },
  'invoice.payment_failed': {
    before: subscriber,
    happens: telling('invoice.payment_failed', (account) => account.failRenewal(current(account).id)),
    effect: { ...PRO, standing: 'grace' },
  },
  'invoice.payment_action_required': {
    before: subscriber,
    happens: telling('invoice.payment_action_required', (account) =>
      account.failRenewal(current(account).id, 'invoice.payment_action_required'),
    ),
    effect: { ...PRO, standing: 'grace' },
  },
  'payment_intent.succeeded': {
    before: customer,
    happens: telling('payment_intent.succeeded', (account) => account.payPack(1_000)),
    effect: { ...FREE, bought: 1_010 },
    entry: 'payment_intent#',
  },
  'charge.refunded': {
    before: customer,
    happens: telling('charge.refunded', (account) => account.refund(charge(account), 30)),
    effect: { ...FREE, bought: 7 },
    entry: 'refund#',
  },
  'refund.created': {
    before: customer,
    happens: telling('refund.created', (account) => account.refund(charge(account), 30)),
    effect: { ...FREE, bought: 7 },
    entry: 'refund#',
  },
  'refund.updated': {
    before: refunded,
    happens: telling('refund.updated', failRefund),
    effect: FREE,
    entry: 'refund#',
  },
  'refund.failed': {
    before: refunded,
    happens: telling('refund.failed', failRefund),
    effect: FREE,
    entry: 'refund#',
  },
  'charge.dispute.created': {
    before: customer,
    happens: telling('charge.dispute.created', (account) => account.openDispute(charge(account), 100)),
    effect: { ...FREE, bought: 0 },
    entry: 'dispute#',
  },
  'charge.dispute.funds_withdrawn': {
    before: (account) => {
      customer(account);
      account.openDispute(charge(account), 100, 'warning_needs_response');
    },
    happens: telling('charge.dispute.funds_withdrawn', (account) => account.escalate(account.inquiries[0] ?? '')),
    effect: { ...FREE, bought: 0 },
    entry: 'dispute#',
  },
  'charge.dispute.funds_reinstated': {
    before: disputed,
    happens: telling('charge.dispute.funds_reinstated', winDispute),
    effect: FREE,
    entry: 'dispute#',
  },
  'charge.dispute.closed': {
    before: disputed,
    happens: telling('charge.dispute.closed', winDispute),
    effect: FREE,
    entry: 'dispute#',
  },
  'customer.deleted': {
    before: customer,
    happens: () => event('customer.deleted', customerAtStripe('cus_1')),
    effect: FREE,
    unlinks: true,
  },
  'checkout.session.async_payment_failed': {
    before: customer,
    happens: () => {
      const session = checkoutSession('cs_test_none', soldPack('customer1', 1_000), { payment_status: 'unpaid' });
      return event('checkout.session.async_payment_failed', session);
    },
    effect: FREE,
  },
  'checkout.session.expired': {
    before: customer,
    happens: () => {
      const left = { payment_status: 'unpaid', status: 'expired', customer: null } as const;
      return event('checkout.session.expired', checkoutSession('cs_test_left', soldPlan('customer1', 'pro'), left));
    },
    effect: FREE,
  },
  'customer.subscription.trial_will_end': {
    before: subscriber,
    happens: (account) =>
      event('customer.subscription.trial_will_end', {
        ...current(account),
        status: 'trialing',
        trial_start: NOW,
        trial_end: NOW + 3 * 86_400,
      }),
    effect: PRO,
  },
};

/** An invoice of nobody's subscription. */
export function invoiceOfNothing(
  account: StripeAccount,
  parent: Stripe.Invoice['parent'],
): Extract<Stripe.Event, { type: 'invoice.paid' }> {
  return event('invoice.paid', { ...invoice('in_of_nothing', current(account), 'paid'), parent });
}

function refunded(account: StripeAccount): void {
  customer(account);
  account.refund(charge(account), 30);
}

function failRefund(account: StripeAccount): void {
  account.failRefund(account.refunded ?? '');
}

function disputed(account: StripeAccount): void {
  customer(account);
  account.openDispute(charge(account), 100);
}

function winDispute(account: StripeAccount): void {
  account.closeDispute(account.openDisputes[0] ?? '', 'won');
}
