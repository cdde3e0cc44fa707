import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { PaymentProcessor } from './payment-processor';
import type { Payments } from './payments';
import { Environment } from './private/environment';
import { HandlerFunction } from './private/handler-function';
import type { QuotaStore } from './quota-store';

/** Properties of `StripeReconciler`. */
export interface StripeReconcilerProps {
  /** Where it keeps its place among the events. */
  readonly store: QuotaStore;

  /** Whose events are listed. */
  readonly payments: Payments;

  /** What carries them out. */
  readonly processor: PaymentProcessor;
}

/**
 * What carries out every event that Stripe lists and that no webhook has brought: so nothing that was paid is missed, whatever
 * happened to the webhook. The metric `MissedEvents` counts them. Those that fail end in the processor's dead-letter queue.
 */
export class StripeReconciler extends Construct {
  /** The function behind it. */
  public readonly handler: IFunction;

  constructor(scope: Construct, id: string, props: StripeReconcilerProps) {
    super(scope, id);
    const { store, payments, processor } = props;
    this.handler = new HandlerFunction(this, 'Handler', {
      bundle: 'reconciler',
      description: 'Carries out the events of Stripe that no webhook has brought',
      timeout: Duration.minutes(10),
      environment: {
        [Environment.TABLE_NAME]: store.table.tableName,
        [Environment.STRIPE_SECRET_KEY_ARN]: payments.secretKey.secretArn,
        [Environment.PAYMENTS_FUNCTION]: processor.handler.functionName,
        [Environment.DEAD_LETTERS_QUEUE_URL]: processor.deadLetterQueue.queueUrl,
      },
    });
    store.grants.keepCursor(this.handler);
    payments.secretKey.grantRead(this.handler);
    processor.deadLetterQueue.grant(this.handler, 'sqs:SendMessage');
    this.handler.addToRolePolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [processor.handler.functionArn] }),
    );
    new Rule(this, 'Schedule', {
      description: 'How often the events of Stripe are listed',
      schedule: Schedule.rate(payments._reconcile),
      // The next run lists again what this one has not.
      targets: [new LambdaFunction(this.handler, { retryAttempts: 0 })],
    });
  }
}
