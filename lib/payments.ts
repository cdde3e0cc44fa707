import { Duration, Token } from 'aws-cdk-lib';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { CheckoutEntry } from './private/catalogue';
import { requireInteger } from './private/validation';
import { StripeEvents } from './stripe-events';

/** Options of `Payments.stripe`. */
export interface StripeOptions {
  /**
   * Stripe's secret API key (`sk_test_…`, `sk_live_…`, or a restricted `rk_…`), as the whole value of the secret. It is read at
   * run time, by its ARN, and stands nowhere else.
   */
  readonly secretKey: ISecret;

  /**
   * The way that Stripe's events take to the paywall.
   *
   * @default StripeEvents.webhook()
   */
  readonly events?: StripeEvents;

  /**
   * The signing secret (`whsec_…`) of the webhook endpoint that points at this stage's `stripe/webhook`, as the whole value of
   * the secret. Several, separated by white space, are all accepted: so a secret is rotated without losing an event.
   *
   * @default - with a webhook, the endpoint is made at deployment, and a new secret holds its signing secret
   */
  readonly webhookSecret?: ISecret;

  /**
   * Your Stripe profile (`profile_…`), to which agents grant shared payment tokens. With it, a 402 carries a challenge of the Payment HTTP
   * authentication scheme for the smallest top-up that helps, and a call that comes with such a token pays for itself. Stripe has to
   * have admitted the account to shared payment tokens. Not with `automaticTax`, which is Checkout's.
   *
   * @default - nobody can pay without a page
   */
  readonly networkId?: string;

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

  /**
   * How often Stripe's events are listed, to carry out those that have not come, between 1 minute and 1 day.
   *
   * @default Duration.minutes(15)
   */
  readonly reconcile?: Duration;
}

/** Who takes the money. */
export class Payments {
  /**
   * Stripe: Checkout for plans and top-ups, and events that restore the quota.
   *
   * @throws where options do not go together, or are out of bounds
   */
  public static stripe(options: StripeOptions): Payments {
    const { secretKey, webhookSecret, promotionCodes = false, automaticTax = false } = options;
    const events = options.events ?? StripeEvents.webhook();
    if (events._eventBridge !== undefined && webhookSecret !== undefined) {
      throw new Error(
        '`webhookSecret` must be left out where `events` come by EventBridge, which has no signing secret, ' +
          `got: ${webhookSecret.node.path} with ${events._describe()}`,
      );
    }
    requireNetworkId(options);
    const reconcile = options.reconcile ?? Duration.minutes(15);
    if (!reconcile.isUnresolved()) {
      requireInteger('Payments.stripe: reconcile (minutes)', reconcile.toMinutes({ integral: false }), 1, 1_440);
    }
    return new Payments(secretKey, events, webhookSecret, options.networkId, promotionCodes, automaticTax, reconcile);
  }

  private constructor(
    /** The secret with Stripe's API key. */
    public readonly secretKey: ISecret,
    /** The way that the events take. */
    public readonly events: StripeEvents,
    /** The secret with the webhook endpoint's signing secret, where one was given. */
    public readonly webhookSecret: ISecret | undefined,
    /** The Stripe profile to which shared payment tokens are granted, where agents may pay by them. */
    public readonly networkId: string | undefined,
    private readonly promotionCodes: boolean,
    private readonly automaticTax: boolean,
    /** @internal */
    public readonly _reconcile: Duration,
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

function requireNetworkId({ networkId, automaticTax }: StripeOptions): void {
  if (networkId === undefined) {
    return;
  }
  if (!Token.isUnresolved(networkId) && !/^profile_\w{1,120}$/.test(networkId)) {
    throw new Error(`\`Payments.stripe: networkId\` must start with "profile_", got: ${JSON.stringify(networkId)}`);
  }
  if (automaticTax === true) {
    throw new Error(
      `\`Payments.stripe: networkId\` must be left out where \`automaticTax\` is on, got: ${networkId} ` +
        '(Stripe Tax computes by the address that Checkout asks for, and no agent is asked for one)',
    );
  }
}
