import { Duration, Stack, Validations } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Payments } from './payments';
import type { PlanCatalogue } from './plan-catalogue';
import { Environment } from './private/environment';
import { HandlerFunction } from './private/handler-function';
import type { QuotaStore } from './quota-store';
import type { SurrogateKeys } from './surrogate-keys';

/** Properties of `StripeWebhook`. */
export interface StripeWebhookProps {
  /** What is sold. */
  readonly catalogue: PlanCatalogue;

  /** Where balances are. */
  readonly store: QuotaStore;

  /** Whose events arrive. */
  readonly payments: Payments;

  /**
   * What gives customers surrogate keys of their own.
   *
   * @default - they share lanes
   */
  readonly surrogateKeys?: SurrogateKeys;
}

/** What turns Stripe's events into balances: it verifies the signature, and applies each payment exactly once. */
export class StripeWebhook extends Construct {
  /** The function behind it. */
  public readonly handler: IFunction;

  /** The secret with the endpoint's signing secret. */
  public readonly signingSecret: ISecret;

  constructor(scope: Construct, id: string, props: StripeWebhookProps) {
    super(scope, id);
    const { payments, store } = props;
    this.signingSecret = payments.webhookSecret ?? this.placeholder();
    const handler = new HandlerFunction(this, 'Handler', {
      bundle: 'webhook',
      description: 'Verifies the events of Stripe and restores quota',
      timeout: Duration.seconds(20),
      environment: {
        [Environment.TABLE_NAME]: store.table.tableName,
        [Environment.CATALOGUE]: props.catalogue._render(Stack.of(this)),
        [Environment.STRIPE_SECRET_KEY_ARN]: payments.secretKey.secretArn,
        [Environment.STRIPE_WEBHOOK_SECRET_ARN]: this.signingSecret.secretArn,
      },
    });
    this.handler = handler;
    props.surrogateKeys?._announceFrom(handler);
    store.grants.credit(this.handler);
    payments.secretKey.grantRead(this.handler);
    this.signingSecret.grantRead(this.handler);
  }

  private placeholder(): Secret {
    const secret = new Secret(this, 'SigningSecret', {
      description:
        'The signing secret (whsec_...) of the Stripe webhook endpoint; put it here once the endpoint exists',
    });
    const reason = 'Stripe makes the signing secret and alone can rotate it; several are accepted at once meanwhile';
    Validations.of(secret).acknowledge({ id: 'AwsSolutions::AwsSolutions-SMG4', reason });
    return secret;
  }
}
