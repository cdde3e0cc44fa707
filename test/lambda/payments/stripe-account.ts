import type Stripe from 'stripe';
import type { Charges, SoldPack } from '../../../lambda/adapters/stripe-charges';
import type { Subscriptions } from '../../../lambda/adapters/stripe-subscriptions';
import { NOW } from '../fixtures';
import { checkoutSession, event, invoice, subscription } from './events';

interface PaidPack {
  readonly session: Partial<Stripe.Checkout.Session>;
  readonly units: number;
  readonly amount: number;
  readonly refunds: Stripe.Refund[];
}

const PERIOD = 30 * 86_400;

/** What of an account at Stripe is told to the handler: objects as they are now, and the events that have brought them there. */
export class StripeAccount implements Subscriptions, Charges {
  public readonly events: Stripe.Event[] = [];
  public readonly subscriptions: Map<string, Stripe.Subscription> = new Map();
  private readonly packs = new Map<string, PaidPack>();
  private readonly disputes = new Map<string, Stripe.Dispute>();
  private count = 0;

  constructor(private readonly customer: string) {}

  public async retrieve(id: string): Promise<Stripe.Subscription> {
    return this.subscriptions.get(id) ?? Promise.reject(new Error(`no subscription ${id}`));
  }

  public async cancel(id: string): Promise<void> {
    if (this.subscriptions.get(id)?.status !== 'canceled') {
      this.endSubscription(id);
    }
  }

  public async pack(chargeId: string): Promise<SoldPack | undefined> {
    const pack = this.packs.get(chargeId);
    return pack && { metadata: pack.session.metadata ?? {}, amount: pack.amount };
  }

  public async refunds(chargeId: string): Promise<readonly Stripe.Refund[]> {
    return this.packs.get(chargeId)?.refunds ?? [];
  }

  public async dispute(id: string): Promise<Stripe.Dispute> {
    return this.disputes.get(id) ?? Promise.reject(new Error(`no dispute ${id}`));
  }

  /** The ids of charges that have paid a pack which nobody wants his money back for. */
  public get undisputed(): readonly string[] {
    const disputed = [...this.disputes.values()].map(({ charge }) => charge);
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
    for (const [charge, pack] of this.packs) {
      const part = (amount: number) => Math.floor((pack.units * amount) / pack.amount);
      const refunded = pack.refunds.reduce(
        ({ sum, taken }, { amount, status }) => ({
          sum: sum + amount,
          taken: taken + (status === 'failed' ? 0 : part(sum + amount) - part(sum)),
        }),
        { sum: 0, taken: 0 },
      );
      const disputes = [...this.disputes.values()].filter((dispute) => dispute.charge === charge);
      const lost = disputes.reduce((sum, { amount, status }) => sum + (status === 'won' ? 0 : part(amount)), 0);
      units += pack.units - refunded.taken - lost;
    }
    return units;
  }

  /** The subscription that is in force. */
  public get current(): Stripe.Subscription | undefined {
    return [...this.subscriptions.values()].find(({ status }) => status === 'active' || status === 'past_due');
  }

  public buyPack(units: number, amount = 1_000): string {
    const id = this.newId('ch');
    const metadata = { customer: this.customer, topUp: 'pack', units: String(units) };
    const session = checkoutSession({ metadata });
    this.packs.set(id, { session, units, amount, refunds: [] });
    this.tell('checkout.session.completed', session);
    return id;
  }

  public refund(chargeId: string, amount: number, status: Stripe.Refund['status'] = 'succeeded'): Stripe.Refund {
    const refunds = this.packs.get(chargeId)?.refunds ?? [];
    const refund = {
      id: this.newId('re'),
      amount,
      status,
      charge: chargeId,
      created: NOW + this.count,
    } as Stripe.Refund;
    refunds.push(refund);
    this.tell('refund.created', refund);
    this.tell('charge.refunded', { id: chargeId });
    return refund;
  }

  public failRefund(chargeId: string, index: number): void {
    const refunds = this.packs.get(chargeId)?.refunds ?? [];
    const refund = refunds[index];
    if (refund !== undefined) {
      refunds[index] = { ...refund, status: 'failed' };
      this.tell('refund.failed', refunds[index]);
    }
  }

  public openDispute(chargeId: string, amount: number, status: Stripe.Dispute['status'] = 'needs_response'): string {
    const id = this.newId('du');
    this.disputes.set(id, { id, charge: chargeId, amount, status } as Stripe.Dispute);
    this.tell('charge.dispute.created', { id });
    return id;
  }

  public closeDispute(id: string, status: 'won' | 'lost'): void {
    this.disputes.set(id, { ...(this.disputes.get(id) as Stripe.Dispute), status });
    this.tell('charge.dispute.closed', { id });
  }

  public subscribe(plan: string, created = NOW + this.count): string {
    const id = this.newId('sub');
    this.subscriptions.set(id, this.subscriptionOf(id, plan, { created }));
    const metadata = { customer: this.customer, plan };
    this.tell('checkout.session.completed', checkoutSession({ subscription: id, metadata }));
    this.tell('customer.subscription.created', { id });
    this.tell('invoice.paid', invoice(id));
    return id;
  }

  public changeSubscription(
    id: string,
    overrides: Partial<Stripe.Subscription>,
    ...types: Stripe.Event['type'][]
  ): void {
    this.subscriptions.set(id, { ...(this.subscriptions.get(id) as Stripe.Subscription), ...overrides });
    for (const type of types) {
      this.tell(type, type.startsWith('invoice') ? invoice(id) : { id });
    }
  }

  public changePlan(id: string, plan: string): void {
    this.changeSubscription(id, { metadata: { customer: this.customer, plan } }, 'customer.subscription.updated');
  }

  public failRenewal(id: string): void {
    this.changeSubscription(id, { status: 'past_due' }, 'invoice.payment_failed', 'customer.subscription.updated');
  }

  public recover(id: string): void {
    this.changeSubscription(id, { status: 'active' }, 'invoice.paid', 'customer.subscription.updated');
  }

  public endSubscription(id: string): void {
    this.changeSubscription(id, { status: 'canceled' }, 'customer.subscription.deleted');
  }

  public deleteCustomer(): void {
    this.tell('customer.deleted', { id: 'cus_1' });
  }

  private subscriptionOf(id: string, plan: string, overrides: Partial<Stripe.Subscription>): Stripe.Subscription {
    const items = { data: [{ current_period_start: NOW, current_period_end: NOW + PERIOD }] };
    return subscription(id, plan, {
      metadata: { customer: this.customer, plan },
      items: items as Stripe.Subscription['items'],
      ...overrides,
    });
  }

  private tell(type: Stripe.Event['type'], object: object): void {
    this.events.push(event(type, object));
  }

  private newId(prefix: string): string {
    return `${prefix}_${this.customer}_${++this.count}`;
  }
}
