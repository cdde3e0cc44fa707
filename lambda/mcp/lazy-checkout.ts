import type { Checkout } from '../adapters/stripe-checkout';

/** Stripe's checkout, loaded when it is first asked for something. */
export class LazyCheckout implements Checkout {
  private loading?: Promise<Checkout>;

  constructor(private readonly load: () => Promise<Checkout>) {}

  public async open(...args: Parameters<Checkout['open']>) {
    return (await this.loaded()).open(...args);
  }

  public async outcome(sessionId: string) {
    return (await this.loaded()).outcome(sessionId);
  }

  public async createCustomer(customer: string, paywall: string) {
    return (await this.loaded()).createCustomer(customer, paywall);
  }

  public async mode() {
    return (await this.loaded()).mode();
  }

  public async openPortal(stripeCustomer: string, returnUrl: string) {
    return (await this.loaded()).openPortal(stripeCustomer, returnUrl);
  }

  public async openInvoiceUrl(subscription: string) {
    return (await this.loaded()).openInvoiceUrl(subscription);
  }

  private loaded(): Promise<Checkout> {
    this.loading ??= this.load();
    return this.loading;
  }
}
