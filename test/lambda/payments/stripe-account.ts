import type Stripe from 'stripe';
import type { Charges, SoldPack } from '../../../lambda/adapters/stripe-charges';
import type { Subscriptions } from '../../../lambda/adapters/stripe-subscriptions';
import { refundedCharge } from '../../../local/stripe/objects/charge';
import type { EventObject } from '../../../local/stripe/objects/event';
import { NOW } from '../fixtures';
import { event } from './events';
import {
  charge,
  checkoutSession,
  customerAtStripe,
  dispute,
  invoice,
  refund,
  soldPack,
  soldPlan,
  subscription,
  withItem,
} from './objects';

interface PaidPack {
  readonly session: Stripe.Checkout.Session;
  readonly charge: Stripe.Charge;
  readonly units: number;
  readonly refunds: readonly Stripe.Refund[];
}

type SubscriptionEvent = Extract<Stripe.Event.Type, `customer.subscription.${string}`>;
type InvoiceEvent = Extract<Stripe.Event.Type, `invoice.pa${string}`>;

/** What of an account at Stripe is told to the handler: objects as they are now, and the events that have brought them there. */
export class StripeAccount implements Subscriptions, Charges {
  public events: Stripe.Event[] = [];
  public subscriptions: Map<string, Stripe.Subscription> = new Map();
  private invoices = new Map<string, Stripe.Invoice>();
  private packs = new Map<string, PaidPack>();
  private disputes = new Map<string, Stripe.Dispute>();
  private count = 0;
  /** By Stripe's clock. */
  private now = NOW;

  constructor(public readonly customer: string) {}

  /** The account as it is now, which goes its own way from here. */
  public clone(): StripeAccount {
    const { events, subscriptions, invoices, packs, disputes, count, now } = this;
    return Object.assign(new StripeAccount(this.customer), {
      events: [...events],
      subscriptions: new Map(subscriptions),
      invoices: new Map(invoices),
      packs: new Map(packs),
      disputes: new Map(disputes),
      count,
      now,
    });
  }

  public async retrieve(id: string): Promise<Stripe.Subscription> {
    const found = this.subscriptions.get(id);
    if (found === undefined) {
      throw new Error(`no subscription ${id}`);
    }
    return { ...found, latest_invoice: this.invoices.get(String(found.latest_invoice)) ?? null };
  }

  public async cancel(id: string): Promise<void> {
    if (this.subscriptions.get(id)?.status !== 'canceled') {
      this.endSubscription(id);
    }
  }

  public async pack(chargeId: string): Promise<SoldPack | undefined> {
    const pack = this.packs.get(chargeId);
    return pack && { metadata: pack.session.metadata ?? {}, amount: pack.charge.amount };
  }

  public async refunds(chargeId: string): Promise<readonly Stripe.Refund[]> {
    return this.packs.get(chargeId)?.refunds ?? [];
  }

  public async dispute(id: string): Promise<Stripe.Dispute> {
    return this.disputes.get(id) ?? Promise.reject(new Error(`no dispute ${id}`));
  }

  /** The ids of charges that have paid a pack which nobody wants his money back for. */
  public get undisputed(): readonly string[] {
    const disputed = [...this.disputes.values()].map((entry) => entry.charge);
    return [...this.packs]
      .filter(([id, { refunds }]) => refunds.length === 0 && !disputed.includes(id))
      .map(([id]) => id);
  }

  /** A charge whose first refund has gone through. */
  public get refunded(): string | undefined {
    return [...this.packs].find(([, { refunds }]) => refunds[0]?.status === 'succeeded')?.[0];
  }

  public get openDisputes(): readonly string[] {
    return [...this.disputes.values()].filter(({ status }) => status === 'needs_response').map(({ id }) => id);
  }

  /** Bought units that the customer has by all this, if he has spent none. */
  public get bought(): number {
    let units = 0;
    for (const [id, pack] of this.packs) {
      const part = (amount: number) => Math.floor((pack.units * amount) / pack.charge.amount);
      const refunded = pack.refunds.reduce(
        ({ sum, taken }, { amount, status }) => ({
          sum: sum + amount,
          taken: taken + (status === 'failed' ? 0 : part(sum + amount) - part(sum)),
        }),
        { sum: 0, taken: 0 },
      );
      const disputes = [...this.disputes.values()].filter((entry) => entry.charge === id);
      const lost = disputes.reduce((sum, { amount, status }) => sum + (status === 'won' ? 0 : part(amount)), 0);
      units += pack.units - refunded.taken - lost;
    }
    return units;
  }

  /** The subscription that is in force. */
  public get current(): Stripe.Subscription | undefined {
    const states = ['active', 'trialing', 'past_due', 'paused'];
    return [...this.subscriptions.values()].find(({ status }) => states.includes(status));
  }

  public buyPack(units: number, amount = 1_000): string {
    const session = checkoutSession(this.newId('cs_test'), soldPack(this.customer, units));
    const id = this.pay(session, units, amount);
    this.tell('checkout.session.completed', session);
    return id;
  }

  /** By bank debit, which is in days later. */
  public debitPack(units: number, amount = 1_000): string {
    const session = checkoutSession(this.newId('cs_test'), soldPack(this.customer, units));
    this.tell('checkout.session.completed', { ...session, payment_status: 'unpaid' });
    const id = this.pay(session, units, amount);
    this.tell('checkout.session.async_payment_succeeded', session);
    return id;
  }

  public refund(chargeId: string, amount: number, status: Stripe.Refund['status'] = 'succeeded'): Stripe.Refund {
    const pack = this.packs.get(chargeId);
    const paid = refundedCharge(pack?.charge ?? charge(chargeId, 1_000), amount);
    const id = this.newId('re');
    const made = refund(id, paid, { amount, status, created: NOW + this.count });
    if (pack !== undefined) {
      this.packs.set(chargeId, { ...pack, charge: paid, refunds: [...pack.refunds, made] });
    }
    this.tell('refund.created', made);
    this.tell('charge.refunded', paid);
    return made;
  }

  /** The first refund of a charge comes back from the bank. */
  public failRefund(chargeId: string): void {
    const pack = this.packs.get(chargeId);
    const [first, ...others] = pack?.refunds ?? [];
    if (pack !== undefined && first !== undefined) {
      const failed: Stripe.Refund = { ...first, status: 'failed', failure_reason: 'declined' };
      this.packs.set(chargeId, { ...pack, refunds: [failed, ...others] });
      this.tell('refund.updated', failed);
      this.tell('refund.failed', failed);
    }
  }

  public openDispute(chargeId: string, amount: number, status: Stripe.Dispute['status'] = 'needs_response'): string {
    const paid = this.packs.get(chargeId)?.charge ?? charge(chargeId, amount);
    const opened = dispute(this.newId('du'), paid, { amount, status });
    this.disputes.set(opened.id, opened);
    this.tell('charge.dispute.created', opened);
    if (status === 'needs_response') {
      this.tell('charge.dispute.funds_withdrawn', opened);
    }
    return opened.id;
  }

  /** A bank that has asked takes the money. */
  public escalate(id: string): void {
    const escalated: Stripe.Dispute = { ...(this.disputes.get(id) as Stripe.Dispute), status: 'needs_response' };
    this.disputes.set(id, escalated);
    this.tell('charge.dispute.funds_withdrawn', escalated);
  }

  public closeDispute(id: string, status: 'won' | 'lost'): void {
    const closed: Stripe.Dispute = { ...(this.disputes.get(id) as Stripe.Dispute), status };
    this.disputes.set(id, closed);
    this.tell('charge.dispute.closed', closed);
    if (status === 'won') {
      this.tell('charge.dispute.funds_reinstated', closed);
    }
  }

  public subscribe(plan: string, overrides: Partial<Stripe.Subscription> = {}): string {
    const id = this.newId('sub');
    const sold = soldPlan(this.customer, plan) as ReturnType<typeof soldPlan> & { plan: string };
    this.subscriptions.set(id, subscription(id, sold, { created: NOW + this.count, ...overrides }));
    const paid = this.bill(id, 'paid', 'subscription_create');
    this.tell('checkout.session.completed', checkoutSession(this.newId('cs_test'), sold, { subscription: id }));
    this.tell('customer.subscription.created', this.subscriptions.get(id) as Stripe.Subscription);
    this.tell('invoice.paid', paid);
    return id;
  }

  /** By bank debit: Stripe has it run at once, and the money comes in days. */
  public debitSubscription(plan: string): string {
    const id = this.newId('sub');
    const sold = soldPlan(this.customer, plan) as ReturnType<typeof soldPlan> & { plan: string };
    this.subscriptions.set(id, subscription(id, sold, { created: NOW + this.count }));
    this.bill(id, 'open', 'subscription_create');
    const session = checkoutSession(this.newId('cs_test'), sold, { subscription: id });
    this.tell('checkout.session.completed', { ...session, payment_status: 'unpaid' });
    this.tell('customer.subscription.created', this.subscriptions.get(id) as Stripe.Subscription);
    return id;
  }

  /** The bank has answered to the debit of a subscription. */
  public answerDebit(id: string, outcome: 'paid' | 'failed'): void {
    const of = this.subscriptions.get(id) as Stripe.Subscription;
    const sold = soldPlan(this.customer, of.metadata.plan ?? '');
    const session = checkoutSession(this.newId('cs_test'), sold, { subscription: id });
    if (outcome === 'paid') {
      this.tell('checkout.session.async_payment_succeeded', session);
      this.tell('invoice.paid', this.bill(id, 'paid', 'subscription_create'));
    } else {
      this.change(id, { status: 'past_due' });
      this.tell('checkout.session.async_payment_failed', { ...session, payment_status: 'unpaid' });
      this.tell('invoice.payment_failed', this.bill(id, 'open', 'subscription_create'));
    }
  }

  /** As it is told of, with the id of its latest invoice. */
  public change(id: string, overrides: Partial<Stripe.Subscription>, ...types: SubscriptionEvent[]): void {
    this.subscriptions.set(id, { ...(this.subscriptions.get(id) as Stripe.Subscription), ...overrides });
    for (const type of types) {
      this.tell(type, this.subscriptions.get(id) as Stripe.Subscription);
    }
  }

  /** In the portal, say: the price is another, and what it was sold as is not. */
  public changePlan(id: string, plan: string): void {
    const before = this.subscriptions.get(id) as Stripe.Subscription;
    const [item] = before.items.data;
    const period = { start: item?.current_period_start ?? NOW, end: item?.current_period_end ?? NOW };
    this.change(id, withItem(before, plan, period), 'customer.subscription.updated');
  }

  /** A change that is charged for at once, and that nobody has paid yet. */
  public changePlanUnpaid(id: string, plan: string, status: Stripe.Subscription.Status = 'past_due'): void {
    this.change(id, { ...withItem(this.subscriptions.get(id) as Stripe.Subscription, plan), status });
    this.tell('customer.subscription.updated', this.subscriptions.get(id) as Stripe.Subscription);
    this.tell('invoice.payment_failed', this.bill(id, 'open', 'subscription_update'));
  }

  /** Stripe begins the next period. */
  public passPeriod(id: string, plan: string): void {
    const [item] = (this.subscriptions.get(id) as Stripe.Subscription).items.data;
    const start = item?.current_period_end ?? NOW;
    const period = { start, end: start + 30 * 86_400 };
    this.change(
      id,
      withItem(this.subscriptions.get(id) as Stripe.Subscription, plan, period),
      'customer.subscription.updated',
    );
  }

  public failRenewal(id: string, type: InvoiceEvent = 'invoice.payment_failed'): void {
    this.change(id, { status: 'past_due' });
    const owed = this.bill(id, 'open');
    this.tell(type, owed);
    this.tell('customer.subscription.updated', this.subscriptions.get(id) as Stripe.Subscription);
  }

  public recover(id: string): void {
    this.change(id, { status: 'active' });
    this.tell('invoice.paid', this.bill(id, 'paid'));
    this.tell('customer.subscription.updated', this.subscriptions.get(id) as Stripe.Subscription);
  }

  public endSubscription(id: string): void {
    this.change(id, { status: 'canceled', ended_at: this.now }, 'customer.subscription.deleted');
  }

  public deleteCustomer(id = 'cus_1'): void {
    this.tell('customer.deleted', customerAtStripe(id));
  }

  public tell<T extends Stripe.Event.Type>(type: T, object: EventObject<T>): void {
    this.now += 1;
    this.events.push(event(type, object, { created: this.now }));
  }

  private pay(session: Stripe.Checkout.Session, units: number, amount: number): string {
    const id = this.newId('ch');
    this.packs.set(id, { session, charge: charge(id, amount), units, refunds: [] });
    return id;
  }

  /** The latest invoice of a subscription. */
  private bill(id: string, status: 'paid' | 'open', reason?: Stripe.Invoice.BillingReason): Stripe.Invoice {
    const made = invoice(this.newId('in'), this.subscriptions.get(id) as Stripe.Subscription, status, reason);
    this.invoices.set(made.id, made);
    this.change(id, { latest_invoice: made.id });
    return made;
  }

  private newId(prefix: string): string {
    return `${prefix}_${this.customer}_${++this.count}`;
  }
}
