import type Stripe from 'stripe';
import type { Subscriptions } from '../../../lambda/adapters/stripe-subscriptions';
import { NOW } from '../fixtures';
import { checkoutSession, invoice, soldPlan, subscription, withItem } from './objects';
import { StripeSales } from './stripe-sales';

type SubscriptionEvent = Extract<Stripe.Event.Type, `customer.subscription.${string}`>;
type InvoiceEvent = Extract<Stripe.Event.Type, `invoice.pa${string}`>;

/** What of an account at Stripe is told to the handler: objects as they are now, and the events that have brought them there. */
export class StripeAccount extends StripeSales implements Subscriptions {
  public subscriptions: Map<string, Stripe.Subscription> = new Map();
  private invoices: Map<string, Stripe.Invoice> = new Map();

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

  /** The subscription that is in force. */
  public get current(): Stripe.Subscription | undefined {
    const states = ['active', 'trialing', 'past_due', 'paused'];
    return [...this.subscriptions.values()].find(({ status }) => states.includes(status));
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

  public rewriteInvoices(overrides: Partial<Stripe.Invoice>): void {
    for (const [id, entry] of this.invoices) {
      this.invoices.set(id, { ...entry, ...overrides });
    }
  }

  /** The latest invoice of a subscription. */
  private bill(id: string, status: 'paid' | 'open', reason?: Stripe.Invoice.BillingReason): Stripe.Invoice {
    const made = invoice(this.newId('in'), this.subscriptions.get(id) as Stripe.Subscription, status, reason);
    this.invoices.set(made.id, made);
    this.change(id, { latest_invoice: made.id });
    return made;
  }
}
