import { CfnOutput, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Identity } from './identity';
import type { PaymentProcessor } from './payment-processor';
import type { Payments } from './payments';
import type { PlanCatalogue } from './plan-catalogue';
import { allowOnQueue } from './private/encryption';
import { Environment } from './private/environment';
import { HandlerFunction } from './private/handler-function';
import { acceptsImportedKeys, renderIdentities } from './private/identities';
import type { ApiOutput, DoctorOutput, PaywallOutput } from './private/operations-output';
import { packageVersion } from './private/package-version';
import type { QuotaAuthorizer } from './quota-authorizer';
import type { QuotaStore } from './quota-store';
import type { StripeReconciler } from './stripe-reconciler';
import type { StripeWebhook } from './stripe-webhook';
import type { SurrogateKeys } from './surrogate-keys';

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

  /** What is begun anew where a revoked key is to be refused at once. */
  readonly authorizer: QuotaAuthorizer;

  /**
   * What gives customers surrogate keys of their own.
   *
   * @default - they share lanes
   */
  readonly surrogateKeys?: SurrogateKeys;

  /**
   * By what callers are known: no keys are made where that is not by keys.
   *
   * @default [Identity.apiKeys()]
   */
  readonly identities?: Identity[];

  /** What the tool runs for `cdk-paywall reconcile`. */
  readonly reconciler: StripeReconciler;
}

/**
 * What answers operators: all of `cdk-paywall` but `dev` and `reconcile`. It has no URL. Who may invoke it (`lambda:InvokeFunction`)
 * may give units and keys away, and have customers refused.
 */
export class Operations extends Construct {
  /** The function behind it. */
  public readonly handler: IFunction;

  private readonly apis: ApiOutput[] = [];
  private webhook?: StripeWebhook;

  constructor(scope: Construct, id: string, props: OperationsProps) {
    super(scope, id);
    const { store, payments, processor, reconciler, authorizer } = props;
    const stack = Stack.of(this);
    const { deadLetterQueue } = processor;
    const handler = new HandlerFunction(this, 'Handler', {
      bundle: 'operations',
      description: 'Answers the command-line tool: customers, keys, ledgers, grants, and events again',
      timeout: Duration.minutes(10),
      environment: {
        [Environment.TABLE_NAME]: store.table.tableName,
        [Environment.CATALOGUE]: props.catalogue._render(stack),
        [Environment.STRIPE_SECRET_KEY_ARN]: payments.secretKey.secretArn,
        [Environment.PAYMENTS_FUNCTION]: processor.handler.functionName,
        [Environment.DEAD_LETTERS_QUEUE_URL]: deadLetterQueue.queueUrl,
        [Environment.AUTHORIZER_FUNCTION]: authorizer.handler.functionName,
        ...renderIdentities(stack, props.identities),
      },
    });
    this.handler = handler;
    props.surrogateKeys?._announceFrom(handler);
    store.grants.operate(handler);
    store.grants.readRoutes(handler);
    if (acceptsImportedKeys(props.identities)) {
      store.grants.importKeys(handler);
    }
    payments.secretKey.grantRead(this.handler);
    allowOnQueue(deadLetterQueue, handler, 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility');
    this.handler.addToRolePolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [processor.handler.functionArn] }),
    );
    this.handler.addToRolePolicy(
      new PolicyStatement({
        actions: ['lambda:GetFunctionConfiguration', 'lambda:UpdateFunctionConfiguration'],
        resources: [authorizer.handler.functionArn],
      }),
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
    const looked = (): DoctorOutput => ({
      paywall: scope.node.path,
      version: packageVersion(),
      table: store.table.tableName,
      webhook: this.webhook?.handler.functionName,
      apis: this.apis,
    });
    new CfnOutput(this, 'Doctor', {
      description: 'What cdk-paywall doctor looks at',
      value: Lazy.string({ produce: () => stack.toJsonString(looked()) }),
    });
  }

  /**
   * Tells the tool of what takes Stripe's events.
   *
   * @internal
   */
  public _addWebhook(webhook: StripeWebhook): void {
    this.webhook = webhook;
  }

  /**
   * Tells the tool of an API, where its URL is known.
   *
   * @internal
   */
  public _addApi(url: string | undefined, billingPath: string): void {
    if (url !== undefined) {
      this.apis.push({ url, billingPath });
    }
  }
}
