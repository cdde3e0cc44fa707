import type Stripe from 'stripe';
import type { Charges, SoldPack } from '../../../lambda/adapters/stripe-charges';
import { refundedCharge } from '../../../local/stripe/objects/charge';
import type { EventObject } from '../../../local/stripe/objects/event';
import { NOW } from '../fixtures';
import { event } from './events';
import { charge, checkoutSession, customerAtStripe, dispute, paidIntent, refund, soldPack } from './objects';

interface PaidPack {
  /** Of the session, or of the payment where there was none. */
  readonly metadata: Stripe.Metadata;
  readonly charge: Stripe.Charge;
  readonly units: number;
  readonly refunds: readonly Stripe.Refund[];
}

/** What a customer has paid once at Stripe, what became of the money, and the events that tell of it. */
export class StripeSales implements Charges {
  public events: Stripe.Event[] = [];
  /** By Stripe's clock. */
  protected now: number = NOW;
  protected count = 0;
  protected packs: Map<string, PaidPack> = new Map();
  protected disputes: Map<string, Stripe.Dispute> = new Map();

  constructor(public readonly customer: string) {}

  public async pack(chargeId: string): Promise<SoldPack | undefined> {
    const pack = this.packs.get(chargeId);
    return pack && { metadata: pack.metadata, amount: pack.charge.amount };
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
    return this.disputesWith('needs_response');
  }

  /** Where a bank has only asked yet. */
  public get inquiries(): readonly string[] {
    return this.disputesWith('warning_needs_response');
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

  public buyPack(units: number, amount = 1_000): string {
    const session = checkoutSession(this.newId('cs_test'), soldPack(this.customer, units), { amount_total: amount });
    const id = this.pay(session.metadata ?? {}, units, amount);
    this.tell('checkout.session.completed', session);
    return id;
  }

  /** By bank debit, which is in days later. */
  public debitPack(units: number, amount = 1_000): string {
    const session = checkoutSession(this.newId('cs_test'), soldPack(this.customer, units), { amount_total: amount });
    this.tell('checkout.session.completed', { ...session, payment_status: 'unpaid' });
    const id = this.pay(session.metadata ?? {}, units, amount);
    this.tell('checkout.session.async_payment_succeeded', session);
    return id;
  }

  /** By a shared payment token, without a session. */
  public payPack(units: number, amount = 1_000): { readonly chargeId: string; readonly intent: Stripe.PaymentIntent } {
    const intent = paidIntent(this.newId('pi'), amount, soldPack(this.customer, units));
    const chargeId = this.pay(intent.metadata, units, amount);
    this.tell('payment_intent.succeeded', intent);
    return { chargeId, intent };
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

  /** All refunds have other members than they had. */
  public rewriteRefunds(overrides: Partial<Stripe.Refund>): void {
    for (const [id, pack] of this.packs) {
      this.packs.set(id, { ...pack, refunds: pack.refunds.map((refund) => ({ ...refund, ...overrides })) });
    }
  }

  public rewriteDisputes(overrides: Partial<Stripe.Dispute>): void {
    for (const [id, dispute] of this.disputes) {
      this.disputes.set(id, { ...dispute, ...overrides });
    }
  }

  public deleteCustomer(id = 'cus_1'): void {
    this.tell('customer.deleted', customerAtStripe(id));
  }

  public tell<T extends Stripe.Event.Type>(type: T, object: EventObject<T>): void {
    this.now += 1;
    this.events.push(event(type, object, { created: this.now }));
  }

  private disputesWith(status: Stripe.Dispute.Status): string[] {
    return [...this.disputes.values()].filter((dispute) => dispute.status === status).map(({ id }) => id);
  }

  private pay(metadata: Stripe.Metadata, units: number, amount: number): string {
    const id = this.newId('ch');
    this.packs.set(id, { metadata, charge: charge(id, amount), units, refunds: [] });
    return id;
  }

  protected newId(prefix: string): string {
    return `${prefix}_${this.customer}_${++this.count}`;
  }
}
