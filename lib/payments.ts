import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { CheckoutEntry } from './private/catalogue';

/** Options of `Payments.stripe`. */
export interface StripeOptions {
  /**
   * Stripe's secret API key (`sk_test_…`, `sk_live_…`, or a restricted `rk_…`), as the whole value of the secret. It is read at
   * run time, by its ARN, and stands nowhere else.
   */
  readonly secretKey: ISecret;

  /**
   * The signing secret (`whsec_…`) of the webhook endpoint that points at this stage's `stripe/webhook`, as the whole value of
   * the secret. Several, separated by white space, are all accepted: so a secret is rotated without losing an event.
   *
   * @default - a new secret with a placeholder in it, whose ARN the stack puts out: put the endpoint's signing secret there
   */
  readonly webhookSecret?: ISecret;

  /**
   * Whether Checkout takes promotion codes, which you make at Stripe.
   *
   * @default false
   */
  readonly promotionCodes?: boolean;

  /**
   * Whether Stripe Tax computes taxes, by the address that Checkout then asks for. Turn it on at Stripe first.
   *
   * @default false
   */
  readonly automaticTax?: boolean;
}

/** Who takes the money. */
export class Payments {
  /** Stripe: Checkout for plans and top-ups, and webhooks that restore the quota. */
  public static stripe(options: StripeOptions): Payments {
    const { secretKey, webhookSecret, promotionCodes = false, automaticTax = false } = options;
    return new Payments(secretKey, webhookSecret, promotionCodes, automaticTax);
  }

  private constructor(
    /** The secret with Stripe's API key. */
    public readonly secretKey: ISecret,
    /** The secret with the webhook endpoint's signing secret, where one was given. */
    public readonly webhookSecret: ISecret | undefined,
    private readonly promotionCodes: boolean,
    private readonly automaticTax: boolean,
  ) {}

  /**
   * As the billing routes read it.
   *
   * @internal
   */
  public _renderCheckout(): CheckoutEntry {
    return { promotionCodes: this.promotionCodes, automaticTax: this.automaticTax };
  }
}
