import { Duration, Validations } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { PaymentProcessor } from './payment-processor';
import type { Payments } from './payments';
import { allowKeyToRead, encryptedSecret } from './private/encryption';
import { Environment } from './private/environment';
import { functionMetric } from './private/function-metric';
import { HandlerFunction } from './private/handler-function';
import { MetricName } from './private/metric-names';

/** Properties of `StripeWebhook`. */
export interface StripeWebhookProps {
  /** Whose events arrive. */
  readonly payments: Payments;

  /** What carries them out. */
  readonly processor: PaymentProcessor;
}

/**
 * What takes Stripe's events: it verifies the signature, and has them carried out before it answers, so that Stripe sends again what
 * was not. It reaches neither a balance nor Stripe.
 */
export class StripeWebhook extends Construct {
  /** The function behind it. */
  public readonly handler: IFunction;

  /** The secret with the endpoint's signing secret. */
  public readonly signingSecret: ISecret;

  constructor(scope: Construct, id: string, props: StripeWebhookProps) {
    super(scope, id);
    const { payments, processor } = props;
    this.signingSecret = payments.webhookSecret ?? this.placeholder();
    this.handler = new HandlerFunction(this, 'Handler', {
      bundle: 'webhook',
      description: 'Verifies the events of Stripe',
      // Longer than what carries them out.
      timeout: Duration.seconds(25),
      environment: {
        [Environment.STRIPE_WEBHOOK_SECRET_ARN]: this.signingSecret.secretArn,
        [Environment.PAYMENTS_FUNCTION]: processor.handler.functionName,
      },
    });
    this.signingSecret.grantRead(this.handler);
    allowKeyToRead(this.signingSecret, this.handler);
    this.handler.addToRolePolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [processor.handler.functionArn] }),
    );
  }

  /**
   * Requests whose signature does not fit: a count. Some are no fault, as the URL is public; all of them mean that the signing secret is
   * another than Stripe's.
   *
   * @default - the sum over 5 minutes
   */
  public metricRefusedWebhooks(options: MetricOptions = {}): Metric {
    return functionMetric(this.handler, MetricName.REFUSED_WEBHOOKS, options);
  }

  /**
   * Events that were not carried out, and that Stripe sends again: a count.
   *
   * @default - the sum over 5 minutes
   */
  public metricFailedWebhooks(options: MetricOptions = {}): Metric {
    return functionMetric(this.handler, MetricName.FAILED_WEBHOOKS, options);
  }

  private placeholder(): Secret {
    const secret = encryptedSecret(this, 'SigningSecret', {
      description:
        'The signing secret (whsec_...) of the Stripe webhook endpoint; put it here once the endpoint exists',
    });
    const reason = 'Stripe makes the signing secret and alone can rotate it; several are accepted at once meanwhile';
    Validations.of(secret).acknowledge({ id: 'AwsSolutions::AwsSolutions-SMG4', reason });
    return secret;
  }
}
