import { Duration, Stack } from 'aws-cdk-lib';
import { type Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Payments } from './payments';
import type { PlanCatalogue } from './plan-catalogue';
import { encryptedQueue } from './private/encryption';
import { Environment } from './private/environment';
import { HandlerFunction } from './private/handler-function';
import type { QuotaStore } from './quota-store';
import type { SurrogateKeys } from './surrogate-keys';

/** Properties of `PaymentProcessor`. */
export interface PaymentProcessorProps {
  /** What is sold. */
  readonly catalogue: PlanCatalogue;

  /** Where balances are. */
  readonly store: QuotaStore;

  /** Whose events are carried out. */
  readonly payments: Payments;

  /** What purchases are marked with at Stripe. */
  readonly paywallId: string;

  /**
   * What gives customers surrogate keys of their own.
   *
   * @default - they share lanes
   */
  readonly surrogateKeys?: SurrogateKeys;
}

/** What carries out Stripe's events, whoever brings them: each payment exactly once. It trusts its callers, and has no URL. */
export class PaymentProcessor extends Construct {
  /** The function behind it. */
  public readonly handler: IFunction;

  /**
   * Where events end that could not be carried out and that nobody waits for: those of the reconciler and of EventBridge. It is empty
   * unless something is wrong.
   */
  public readonly deadLetterQueue: IQueue;

  constructor(scope: Construct, id: string, props: PaymentProcessorProps) {
    super(scope, id);
    const { store, payments } = props;
    const deadLetterQueue = encryptedQueue(this, 'DeadLetters');
    const handler = new HandlerFunction(this, 'Handler', {
      bundle: 'payments',
      description: 'Carries out what the events of Stripe mean',
      timeout: Duration.seconds(20),
      environment: {
        [Environment.TABLE_NAME]: store.table.tableName,
        [Environment.CATALOGUE]: props.catalogue._render(Stack.of(this)),
        [Environment.STRIPE_SECRET_KEY_ARN]: payments.secretKey.secretArn,
        [Environment.PAYWALL_ID]: props.paywallId,
      },
      deadLetterQueue,
    });
    props.surrogateKeys?._announceFrom(handler);
    store.grants.credit(handler);
    payments.secretKey.grantRead(handler);
    this.handler = handler;
    this.deadLetterQueue = deadLetterQueue;
  }

  /**
   * How many events wait in the dead-letter queue.
   *
   * @default - the maximum within 5 minutes
   */
  public metricDeadLetters(options: MetricOptions = {}): Metric {
    return this.deadLetterQueue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, ...options });
  }
}
