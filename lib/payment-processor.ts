import { Duration, Stack } from 'aws-cdk-lib';
import { type Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Payments } from './payments';
import type { PlanCatalogue } from './plan-catalogue';
import { encryptedQueue } from './private/encryption';
import { Environment } from './private/environment';
import { currencyDimension, functionMetric, waitingMessages } from './private/function-metric';
import { HandlerFunction } from './private/handler-function';
import { MetricName } from './private/metric-names';
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
   * From an event at Stripe until it was carried out, whoever has brought it, in milliseconds: how long who has paid
   * waits.
   *
   * @default - the 99th percentile over 5 minutes
   */
  public metricWebhookLag(options: MetricOptions = {}): Metric {
    return functionMetric(this.handler, MetricName.WEBHOOK_LAG, { statistic: Stats.percentile(99), ...options });
  }

  /**
   * Money that came, in the currency's minor unit: 2900 is 29.00 USD, and 2900 JPY.
   *
   * @param currency the ISO 4217 code, `usd`
   * @default - the sum over 5 minutes
   */
  public metricRevenue(currency: string, options: MetricOptions = {}): Metric {
    return this.metricOfMoney(MetricName.REVENUE, currency, options);
  }

  /**
   * Refunds and disputes by which money went back: a count.
   *
   * @default - the sum over 5 minutes
   */
  public metricRefunds(options: MetricOptions = {}): Metric {
    return functionMetric(this.handler, MetricName.REFUNDS, options);
  }

  /**
   * Money that went back, in the currency's minor unit.
   *
   * @param currency the ISO 4217 code, `usd`
   * @default - the sum over 5 minutes
   */
  public metricRefunded(currency: string, options: MetricOptions = {}): Metric {
    return this.metricOfMoney(MetricName.REFUNDED, currency, options);
  }

  /**
   * How many events wait in the dead-letter queue.
   *
   * @default - the maximum within 5 minutes
   */
  public metricDeadLetters(options: MetricOptions = {}): Metric {
    return waitingMessages(this.deadLetterQueue, options);
  }

  private metricOfMoney(name: string, currency: string, options: MetricOptions): Metric {
    return functionMetric(this.handler, name, options, currencyDimension(currency));
  }
}
