import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { PaymentProcessor } from './payment-processor';
import type { Payments } from './payments';
import type { PlanCatalogue } from './plan-catalogue';
import { Environment } from './private/environment';
import { HandlerFunction } from './private/handler-function';
import type { PaywallOutput } from './private/operations';
import type { QuotaStore } from './quota-store';
import type { StripeReconciler } from './stripe-reconciler';

/** Properties of `Operations`. */
export interface OperationsProps {
  /** What is sold. */
  readonly catalogue: PlanCatalogue;

  /** Where balances are. */
  readonly store: QuotaStore;

  /** Whose events are carried out again. */
  readonly payments: Payments;

  /** What carries them out, and where those are that could not be. */
  readonly processor: PaymentProcessor;

  /** What the tool runs for `cdk-paywall reconcile`. */
  readonly reconciler: StripeReconciler;
}

/**
 * What answers operators: `cdk-paywall ledger`, `grant` and `webhook replay`. It has no URL. Who may invoke it (`lambda:InvokeFunction`)
 * may give units away.
 */
export class Operations extends Construct {
  /** The function behind it. */
  public readonly handler: IFunction;

  constructor(scope: Construct, id: string, props: OperationsProps) {
    super(scope, id);
    const { store, payments, processor, reconciler } = props;
    const stack = Stack.of(this);
    const { deadLetterQueue } = processor;
    this.handler = new HandlerFunction(this, 'Handler', {
      bundle: 'operations',
      description: 'Answers the command-line tool: ledgers, grants, and events again',
      timeout: Duration.minutes(10),
      environment: {
        [Environment.TABLE_NAME]: store.table.tableName,
        [Environment.CATALOGUE]: props.catalogue._render(stack),
        [Environment.STRIPE_SECRET_KEY_ARN]: payments.secretKey.secretArn,
        [Environment.PAYMENTS_FUNCTION]: processor.handler.functionName,
        [Environment.DEAD_LETTERS_QUEUE_URL]: deadLetterQueue.queueUrl,
      },
    });
    store.grants.operate(this.handler);
    payments.secretKey.grantRead(this.handler);
    deadLetterQueue.grant(this.handler, 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility');
    this.handler.addToRolePolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [processor.handler.functionArn] }),
    );
    const output: PaywallOutput = {
      paywall: scope.node.path,
      operations: this.handler.functionName,
      reconciler: reconciler.handler.functionName,
    };
    new CfnOutput(this, 'Tool', {
      description: 'What cdk-paywall, the command-line tool, finds this paywall by',
      value: stack.toJsonString(output),
    });
  }
}
