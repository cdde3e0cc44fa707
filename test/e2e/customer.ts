import type Stripe from 'stripe';
import type { StripeSide } from './stripe-side';

/** A caller of the paid API, who has an API key and nothing else. */
export class Customer {
  private constructor(
    private readonly apiUrl: string,
    private readonly stripe: StripeSide,
    readonly apiKey: string,
  ) {}

  static withKey(apiUrl: string, stripe: StripeSide, apiKey: string): Customer {
    return new Customer(apiUrl, stripe, apiKey);
  }

  /** Goes through Checkout for a plan, and takes the key from the page that it leads back to. */
  static async signUp(apiUrl: string, stripe: StripeSide, plan: string): Promise<Customer> {
    const stranger = Customer.withKey(apiUrl, stripe, '');
    const opened = await stranger.send('POST', 'billing/checkout', { plan });
    const { apiKey } = await stranger.pay(opened.body.url, opened.body.claim);
    return Customer.withKey(apiUrl, stripe, apiKey);
  }

  /** Buys a plan or a top-up with the key. */
  async buy(wanted: { plan: string } | { topUp: string }): Promise<void> {
    const { status, body } = await this.send('POST', 'billing/checkout', wanted);
    expect({ status, body }).toMatchObject({ status: 201 });
    await this.pay(body.url);
  }

  /** Pays, and waits for what that brings about; gives what the welcome page says. */
  async pay(page: string, claim?: string) {
    const { location } = await this.pressPay(page);
    await this.stripe.delivered();
    return (await this.send('GET', location, undefined, claim)).body;
  }

  /** Pays, and is back before anything else happens. */
  async payAndReturn(page: string, claim: string) {
    return this.send('GET', (await this.pressPay(page)).location, undefined, claim);
  }

  pressPay(page: string) {
    return this.send('POST', page, new URLSearchParams({ action: 'pay', email: 'ada@example.com' }));
  }

  /** A call that costs one unit, or five by POST. */
  async call(method: 'GET' | 'POST' = 'GET') {
    const { status, body } = await this.send(method, 'items/1');
    return { status, reason: body?.reason, checkoutUrl: body?.checkoutUrl };
  }

  async usage() {
    const { status, body } = await this.send('GET', 'billing/usage');
    expect(status).toBe(200);
    return body;
  }

  /** Who the customer is at Stripe. */
  async atStripe(): Promise<string> {
    const { customer } = await this.usage();
    const { data } = await this.stripe.api.checkout.sessions.list({ limit: 100 });
    return String(data.find((session) => session.metadata?.customer === customer && session.customer)?.customer);
  }

  async subscription(): Promise<Stripe.Subscription> {
    const { data } = await this.stripe.api.subscriptions.list({ customer: await this.atStripe() });
    const [found] = data;
    if (found === undefined) {
      throw new Error('there is no subscription');
    }
    return found;
  }

  /** The charge of the last pack. */
  async lastCharge(): Promise<string> {
    const { data } = await this.stripe.api.checkout.sessions.list({ customer: await this.atStripe(), limit: 100 });
    const intent = data.find(({ mode, status }) => mode === 'payment' && status === 'complete')?.payment_intent;
    const { latest_charge: charge } = await this.stripe.api.paymentIntents.retrieve(String(intent));
    return String(charge);
  }

  async send(method: string, path: string, body?: object, claim?: string) {
    const isForm = body instanceof URLSearchParams;
    const response = await fetch(new URL(path, this.apiUrl), {
      method,
      redirect: 'manual',
      headers: {
        Accept: 'application/json',
        ...(this.apiKey !== '' && { 'x-api-key': this.apiKey }),
        ...(claim !== undefined && { 'X-Checkout-Claim': claim }),
      },
      body: isForm ? body : body && JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      location: response.headers.get('location') ?? '',
      body: text.startsWith('{') ? JSON.parse(text) : undefined,
    };
  }
}
