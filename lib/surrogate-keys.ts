import { Duration, Stack, Token, Validations } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { PlanCatalogue } from './plan-catalogue';
import { allowKeyToReceive, allowOnQueue, encryptedQueue } from './private/encryption';
import { Environment } from './private/environment';
import { functionMetric, waitingMessages } from './private/function-metric';
import { HandlerFunction } from './private/handler-function';
import type { QuotaStore } from './quota-store';
import type { UsagePlans } from './usage-plans';

/** Properties of `SurrogateKeys`. */
export interface SurrogateKeysProps {
  /** What is sold. */
  readonly catalogue: PlanCatalogue;

  /** Where balances are. */
  readonly store: QuotaStore;

  /** Where the keys go. */
  readonly usagePlans: UsagePlans;
}

/**
 * What gives the customers of plans with `ownThrottle` a surrogate API key of their own, some two minutes after they have come to the
 * plan; one customer a second, which leaves API Gateway's rates for changes to deployments. Where the Region has no room for another
 * key, the customer stays in a lane, and the metric `SurrogateKeyCeilingReached` counts it.
 *
 * The keys are no part of the stack, and outlive it: their names begin with `surrogateKeyPrefix` of the usage plans.
 */
export class SurrogateKeys extends Construct {
  /** The function behind it. */
  public readonly handler: IFunction;

  /** Where customers end for whom no key could be made. It is empty unless something is wrong. */
  public readonly deadLetterQueue: IQueue;

  private readonly queue: Queue;

  constructor(scope: Construct, id: string, props: SurrogateKeysProps) {
    super(scope, id);
    const { catalogue, store, usagePlans } = props;
    const deadLetterQueue = encryptedQueue(this, 'DeadLetters', { fifo: true });
    const timeout = Duration.seconds(30);
    const queue = encryptedQueue(this, 'Arrivals', {
      fifo: true,
      // Longer than any lease: by then no execution environment of the authorizer names a key of the plan before.
      deliveryDelay: Duration.seconds(90),
      // Six times the function's timeout, as Lambda wants it of a queue that it polls.
      visibilityTimeout: Duration.seconds(6 * timeout.toSeconds()),
      deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount: 5 },
    });
    const stack = Stack.of(this);
    const handler = new HandlerFunction(this, 'Handler', {
      bundle: 'surrogate-keys',
      description: 'Gives customers surrogate API keys of their own',
      timeout,
      environment: {
        [Environment.TABLE_NAME]: store.table.tableName,
        [Environment.CATALOGUE]: catalogue._render(stack),
        [Environment.SURROGATE_KEY_PREFIX]: usagePlans.surrogateKeyPrefix,
        [Environment.USAGE_PLANS]: stack.toJsonString(usagePlans._ids()),
      },
    });
    handler.addEventSource(new SqsEventSource(queue, { batchSize: 10, reportBatchItemFailures: true }));
    allowKeyToReceive(queue, handler);
    store.grants.nameSurrogateKeys(handler);
    this.handler = handler;
    this.deadLetterQueue = deadLetterQueue;
    this.queue = queue;
    const ids = usagePlans._ids();
    this.allowKeys(
      handler,
      catalogue.plans.filter((plan) => plan.ownThrottle).flatMap(({ id }) => ids[id] ?? []),
    );
  }

  /**
   * Customers who stay in a lane, as the Region has no room for another key: a count.
   *
   * @default - the sum over 5 minutes
   */
  public metricCeilingReached(options: MetricOptions = {}): Metric {
    return functionMetric(this.handler, 'SurrogateKeyCeilingReached', options);
  }

  /**
   * How many customers wait in the dead-letter queue.
   *
   * @default - the maximum within 5 minutes
   */
  public metricDeadLetters(options: MetricOptions = {}): Metric {
    return waitingMessages(this.deadLetterQueue, options);
  }

  /**
   * Lets a function announce customers who have come to a plan.
   *
   * @internal
   */
  public _announceFrom(handler: LambdaFunction): void {
    handler.addEnvironment(Environment.ARRIVALS_QUEUE_URL, this.queue.queueUrl);
    allowOnQueue(this.queue, handler, 'sqs:SendMessage');
  }

  private allowKeys(handler: IFunction, usagePlanIds: readonly string[]): void {
    const { partition, region } = Stack.of(this);
    const arn = (path: string) => `arn:${partition}:apigateway:${region}::${path}`;
    const where = Token.isUnresolved(region) ? '<AWS::Region>' : region;
    Validations.of(this).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:apigateway:${where}::/apikeys/*]`,
      reason: 'The ARN of an API key holds an id that is not known before, and cannot tell a key by its name',
    });
    handler.addToRolePolicy(
      new PolicyStatement({ actions: ['apigateway:GET', 'apigateway:POST'], resources: [arn('/apikeys')] }),
    );
    handler.addToRolePolicy(new PolicyStatement({ actions: ['apigateway:DELETE'], resources: [arn('/apikeys/*')] }));
    handler.addToRolePolicy(
      new PolicyStatement({
        actions: ['apigateway:POST'],
        resources: usagePlanIds.map((id) => arn(`/usageplans/${id}/keys`)),
      }),
    );
    handler.addToRolePolicy(new PolicyStatement({ actions: ['apigateway:GET'], resources: [arn('/usageplans')] }));
  }
}
