import { Duration, Stack } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Payments } from './payments';
import type { PlanCatalogue } from './plan-catalogue';
import { Environment } from './private/environment';
import { currencyDimension, functionMetric } from './private/function-metric';
import { HandlerFunction } from './private/handler-function';
import { MetricName } from './private/metric-names';
import type { QuotaStore } from './quota-store';

/** Properties of `AgentPayments`. */
export interface AgentPaymentsProps {
  /** What is sold. */
  readonly catalogue: PlanCatalogue;

  /** Where balances are. */
  readonly store: QuotaStore;

  /** Who takes the money, with a `networkId`. */
  readonly payments: Payments;

  /** What purchases are marked with at Stripe. */
  readonly paywallId: string;
}

/**
 * What charges the top-ups that agents pay for along with a call, by shared payment tokens. It has no URL: the authorizer invokes it,
 * once it has verified what came with the call, and never sees Stripe's key itself.
 */
export class AgentPayments extends Construct {
  /** The function behind it. */
  public readonly handler: IFunction;

  /** The Stripe profile that tokens are granted to. */
  public readonly networkId: string;

  /** @throws where `payments` has no `networkId` */
  constructor(scope: Construct, id: string, props: AgentPaymentsProps) {
    super(scope, id);
    const { store, payments, catalogue } = props;
    if (payments.networkId === undefined) {
      throw new Error(`\`payments\` must have a networkId for agents to pay by, got none: ${this.node.path}`);
    }
    this.networkId = payments.networkId;
    this.handler = new HandlerFunction(this, 'Handler', {
      bundle: 'agent-payments',
      description: 'Charges the top-ups that agents pay for with shared payment tokens',
      // Two attempts of five seconds each at Stripe, and what is written then.
      timeout: Duration.seconds(15),
      environment: {
        [Environment.TABLE_NAME]: store.table.tableName,
        [Environment.CATALOGUE]: catalogue._render(Stack.of(this)),
        [Environment.STRIPE_SECRET_KEY_ARN]: payments.secretKey.secretArn,
        [Environment.PAYWALL_ID]: props.paywallId,
      },
    });
    store.grants.topUp(this.handler);
    payments.secretKey.grantRead(this.handler);
  }

  /**
   * Money that came with calls, in the currency's minor unit: 2900 is 29.00 USD, and 2900 JPY. What customers pay by Checkout is counted by
   * the `PaymentProcessor`.
   *
   * @param currency the ISO 4217 code, `usd`
   * @default - the sum over 5 minutes
   */
  public metricRevenue(currency: string, options: MetricOptions = {}): Metric {
    return functionMetric(this.handler, MetricName.REVENUE, options, currencyDimension(currency));
  }
}
