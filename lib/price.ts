import { Token } from 'aws-cdk-lib';
import type { PriceEntry } from './private/catalogue';
import { requireInteger } from './private/validation';

/** Stripe's largest amount has eight digits. https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts */
const MAX_AMOUNT = 99_999_999;

/** What a plan or a top-up costs. */
export class Price {
  /**
   * Paid every month, by a subscription.
   *
   * @param amount in the currency's minor unit: 2900 is 29.00 USD, and 2900 JPY
   * @param currency the ISO 4217 code, `usd`
   */
  public static monthly(amount: number, currency: string): Price {
    return new Price({ ...money('monthly', amount, currency), interval: 'month' });
  }

  /**
   * Paid every year, by a subscription.
   *
   * @param amount in the currency's minor unit: 29000 is 290.00 USD, and 29000 JPY
   * @param currency the ISO 4217 code, `usd`
   */
  public static yearly(amount: number, currency: string): Price {
    return new Price({ ...money('yearly', amount, currency), interval: 'year' });
  }

  /**
   * Paid once.
   *
   * @param amount in the currency's minor unit: 1000 is 10.00 USD, and 1000 JPY
   * @param currency the ISO 4217 code, `usd`
   */
  public static once(amount: number, currency: string): Price {
    return new Price(money('once', amount, currency));
  }

  /**
   * A price that exists at Stripe: a recurring one for a plan, a one-time one for a top-up.
   *
   * @param priceId `price_…`
   */
  public static fromStripe(priceId: string): Price {
    if (!Token.isUnresolved(priceId) && !/^price_\w+$/.test(priceId)) {
      throw new Error(`\`Price.fromStripe: priceId\` must start with "price_", got: ${JSON.stringify(priceId)}`);
    }
    return new Price({ stripePrice: priceId });
  }

  private constructor(private readonly entry: PriceEntry) {}

  /**
   * As the handlers read it.
   *
   * @internal
   */
  public _render(): PriceEntry {
    return this.entry;
  }
}

function money(factory: string, amount: number, currency: string): PriceEntry {
  requireInteger(`Price.${factory}: amount`, amount, 1, MAX_AMOUNT);
  if (Token.isUnresolved(currency)) {
    return { amount, currency };
  }
  if (!Intl.supportedValuesOf('currency').includes(currency.toUpperCase())) {
    throw new Error(
      `\`Price.${factory}: currency\` must be an ISO 4217 code such as "usd", got: ${JSON.stringify(currency)}`,
    );
  }
  return { amount, currency: currency.toLowerCase() };
}
