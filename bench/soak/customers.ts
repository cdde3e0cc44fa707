import type Stripe from 'stripe';
import { Tally } from './audit';
import type { Client } from './client';
import { PACKS, type Pack, TRIAL } from './terms';

/** `hammer`: never pays, and goes on calling. */
export type Kind = 'buyer' | 'subscriber' | 'hammer';

/** One in ten never pays, and two in ten subscribe. */
export function kindOf(index: number): Kind {
  const place = index % 10;
  return place === 9 ? 'hammer' : place >= 7 ? 'subscriber' : 'buyer';
}

/** Of a buyer's packs, every so manieth is refunded: the whole of it, or the half. */
const REFUNDED = 3;

export interface Payments {
  checkouts: number;
  renewals: number;
  refunds: number;
  /** Calls right after a payment that were answered 402 though there was something left, and those half a second later. */
  refusedAtFirst: number;
  refusedAfterwards: number;
}

/** Where customers pay. */
export interface Shop {
  readonly client: Client;
  readonly billingUrl: string;
  readonly stripeUrl: string;
  readonly stripe: Stripe;
  /** Until no event of Stripe's is on its way. */
  readonly delivered: () => Promise<void>;
  readonly payments: Payments;
}

export interface CustomerOptions extends Shop {
  readonly kind: Kind;
  readonly isBusy: boolean;
}

/** Somebody who calls, and pays when there is nothing left. */
export class Customer {
  readonly tally = new Tally();
  readonly kind: Kind;
  readonly pack: Pack;
  private subscription: string | undefined;
  private packs = 0;
  /** What his packs came to, less what was refunded. */
  private bought = 0;

  constructor(
    readonly id: string,
    readonly key: string,
    private readonly shop: CustomerOptions,
  ) {
    this.kind = shop.kind;
    this.pack = shop.isBusy ? 'large' : 'small';
  }

  /** Whether a payment is under way. */
  isPaying = false;

  /** Pays as his kind does. */
  async pay(): Promise<void> {
    this.isPaying = true;
    try {
      await (this.kind === 'subscriber' ? this.payPeriod() : this.buy(this.pack));
    } finally {
      this.isPaying = false;
    }
  }

  async buy(pack: Pack): Promise<void> {
    const session = await this.checkOut({ topUp: pack });
    this.bought += PACKS[pack].units;
    this.packs += 1;
    if (this.packs % REFUNDED === 0) {
      await this.refund(session, pack);
    }
  }

  /** What is left to him by his own reckoning; calls that are under way may take some of it. */
  get left(): number {
    const { charged, back } = this.tally.whole;
    return TRIAL + this.bought - charged + back;
  }

  private async payPeriod(): Promise<void> {
    const { client, stripeUrl, stripe, payments, delivered } = this.shop;
    if (this.subscription === undefined) {
      const { subscription } = await stripe.checkout.sessions.retrieve(await this.checkOut({ plan: 'pro' }));
      this.subscription = typeof subscription === 'string' ? subscription : undefined;
      return;
    }
    const renewal = `${stripeUrl}/local/subscriptions/${this.subscription}/renew`;
    const { status } = await client.post(renewal, { form: { outcome: 'paid' } });
    if (status !== 200) {
      throw new Error(`the renewal of ${this.subscription} was answered with ${status}`);
    }
    // Of two periods that begin within a moment the first is over by the time that anybody hears of it.
    await delivered();
    payments.renewals += 1;
  }

  /** From the button to the page that leads back; the id of the session. */
  private async checkOut(wanted: object): Promise<string> {
    const { client, billingUrl, payments } = this.shop;
    const started = await client.post(`${billingUrl}/checkout`, { body: wanted, key: this.key });
    const url = String(started.body.url);
    const paid = started.status === 201 ? await client.post(url, { form: { action: 'pay', email: EMAIL } }) : started;
    if (paid.status !== 303) {
      throw new Error(`a checkout of ${this.id} was answered with ${paid.status}: ${JSON.stringify(paid.body)}`);
    }
    payments.checkouts += 1;
    return new URL(url).pathname.split('/').at(-1) ?? '';
  }

  private async refund(session: string, pack: Pack): Promise<void> {
    const { stripe, payments } = this.shop;
    const { payment_intent: intent, amount_total: total } = await stripe.checkout.sessions.retrieve(session);
    const isHalf = payments.refunds % 2 === 1;
    const amount = isHalf ? Math.floor((total ?? 0) / 2) : (total ?? 0);
    await stripe.refunds.create({ payment_intent: String(intent), amount });
    payments.refunds += 1;
    this.bought -= isHalf ? PACKS[pack].units / 2 : PACKS[pack].units;
  }
}

const EMAIL = 'ada@example.com';
