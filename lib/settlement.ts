import { Duration, Lazy } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { FilterPattern, type ILogGroup, SubscriptionFilter } from 'aws-cdk-lib/aws-logs';
import { LambdaDestination } from 'aws-cdk-lib/aws-logs-destinations';
import type { IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { NOT_SERVED_OR_REFUSED_PATTERN, NOT_SERVED_PATTERN } from './private/access-log';
import { allowKeyToReceive, encryptedQueue } from './private/encryption';
import { Environment } from './private/environment';
import { waitingMessages } from './private/function-metric';
import { HandlerFunction } from './private/handler-function';
import type { QuotaStore } from './quota-store';

/** Properties of `Settlement`. */
export interface SettlementProps {
  /** Where balances are. */
  readonly store: QuotaStore;
}

/** What brings calls to what they cost in the end: it gives back those that were not served, and settles reported costs. */
export class Settlement extends Construct {
  /** The function behind it. */
  public readonly handler: IFunction;

  /** Where batches of the access log and reports end that could not be settled. It is empty unless something is wrong. */
  public readonly deadLetterQueue: IQueue;

  private readonly fn: LambdaFunction;
  private readonly store: QuotaStore;
  private queue?: Queue;
  private tellsRefusals = false;

  constructor(scope: Construct, id: string, props: SettlementProps) {
    super(scope, id);
    this.deadLetterQueue = encryptedQueue(this, 'DeadLetters');
    this.fn = new HandlerFunction(this, 'Handler', {
      bundle: 'settlement',
      description: 'Gives back calls that were not served, and settles reported costs',
      timeout: Duration.minutes(1),
      environment: { [Environment.TABLE_NAME]: props.store.table.tableName },
      deadLetterQueue: this.deadLetterQueue,
    });
    this.handler = this.fn;
    this.store = props.store;
    props.store.grants.settle(this.handler);
  }

  /**
   * How many batches of the access log, and reports, wait in the dead-letter queue.
   *
   * @default - the maximum within 5 minutes
   */
  public metricDeadLetters(options: MetricOptions = {}): Metric {
    return waitingMessages(this.deadLetterQueue, options);
  }

  /**
   * Where reported costs wait to be settled; it is made when the first route needs it.
   *
   * @internal
   */
  public _reports(): IQueue {
    if (this.queue === undefined) {
      const queue = encryptedQueue(this, 'Reports', {
        // Six times the function's timeout, as Lambda wants it of a queue that it polls.
        visibilityTimeout: Duration.minutes(6),
        deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: 5 },
      });
      // In batches, so that many reports of one busy customer are a few writes; and by few at once, who would meet on his balance.
      const source = new SqsEventSource(queue, {
        batchSize: 1_000,
        maxBatchingWindow: Duration.seconds(2),
        maxConcurrency: 2,
        reportBatchItemFailures: true,
      });
      this.handler.addEventSource(source);
      allowKeyToReceive(queue, this.handler);
      this.queue = queue;
    }
    return this.queue;
  }

  /**
   * Gives back the calls that an access log tells were charged and not served.
   *
   * @internal
   */
  public _giveBack(id: string, accessLog: ILogGroup): void {
    new SubscriptionFilter(this, id, {
      logGroup: accessLog,
      destination: new LambdaDestination(this.handler),
      filterPattern: FilterPattern.literal(
        Lazy.string({ produce: () => (this.tellsRefusals ? NOT_SERVED_OR_REFUSED_PATTERN : NOT_SERVED_PATTERN) }),
      ),
    });
  }

  /**
   * Tells of customers' first refusals too, whom access logs name: a log group has room for two subscriptions, and this is one already.
   *
   * @internal
   */
  public _tellRefusals(environment: Record<string, string>): IFunction {
    this.tellsRefusals = true;
    for (const [name, value] of Object.entries(environment)) {
      this.fn.addEnvironment(name, value);
    }
    this.store.grants.noteRefusals(this.handler);
    return this.handler;
  }
}
