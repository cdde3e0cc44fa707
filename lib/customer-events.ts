import { Duration, Stack, Token, Validations } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { EventBus, type EventPattern, type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  EventSourceMapping,
  FilterCriteria,
  FilterRule,
  type IFunction,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { CustomerWebhook, type CustomerWebhookOptions } from './customer-webhook';
import type { PlanCatalogue } from './plan-catalogue';
import { CUSTOMER_EVENT_SOURCE } from './private/customer-event-source';
import { customerEventsDeadLetters, customerWebhookDeadLetters, DeadLetterQueues } from './private/dead-letters';
import { allowKeyToRules, allowKeyToSend, encryptedQueue, encryptionKeyOf } from './private/encryption';
import { Environment } from './private/environment';
import { waitingMessages } from './private/function-metric';
import { HandlerFunction } from './private/handler-function';
import { requireInteger } from './private/validation';
import type { QuotaStore } from './quota-store';
import type { Settlement } from './settlement';

/** What is told of customers; `detail-type` of the events. */
export enum CustomerEventType {
  /** A part of the plan's own units of a period is used up. */
  QUOTA_THRESHOLD_REACHED = 'QuotaThresholdReached',
  /** Who had nothing left has units again. */
  QUOTA_RESTORED = 'QuotaRestored',
  /** A call was answered with 402, for the first time in a period. */
  PAYMENT_REQUIRED = 'PaymentRequired',
  /** A payment of a subscription has failed. */
  PAYMENT_FAILED = 'PaymentFailed',
  /** A customer is on another plan. */
  PLAN_CHANGED = 'PlanChanged',
  /** A key was taken away before its time was over. */
  KEY_REVOKED = 'KeyRevoked',
}

/** Options of `events`. */
export interface CustomerEventsOptions {
  /**
   * Where events go; a bus of the stack's Region.
   *
   * @default - a bus of its own
   */
  readonly bus?: IEventBus;

  /**
   * Per cents of a plan's own units, each of which is told when that much of a period's is used up.
   *
   * @default [80, 100]
   */
  readonly thresholds?: number[];
}

/** Properties of `CustomerEvents`. */
export interface CustomerEventsProps extends CustomerEventsOptions {
  /** What is sold. */
  readonly catalogue: PlanCatalogue;

  /** Whose changes are told. */
  readonly store: QuotaStore;

  /** What reads the access logs, in which refusals are. */
  readonly settlement: Settlement;

  /** What purchases are marked with, by which events of several paywalls are told from each other. */
  readonly paywallId: string;
}

/** Options of `notifyTopic`. */
export interface NotifyTopicOptions {
  /**
   * What the topic is told of.
   *
   * @default - everything
   */
  readonly types?: CustomerEventType[];
}

/** Options of `notifyWebhook`. */
export interface NotifyWebhookOptions extends CustomerWebhookOptions {
  /**
   * What tells it from other webhooks, in construct paths.
   *
   * @default 'Webhook'
   */
  readonly id?: string;

  /**
   * What it is told of.
   *
   * @default - everything
   */
  readonly types?: CustomerEventType[];
}

/**
 * What tells on Amazon EventBridge what happens to customers, out of the way of their calls: it reads the stream of the store's table, and
 * the access logs. Each event comes at least once, and with the same `id` in its detail whenever the same is told again.
 */
export class CustomerEvents extends Construct {
  /** Where events go. */
  public readonly bus: IEventBus;

  /** The function that reads the table's stream. */
  public readonly handler: IFunction;

  /**
   * Where it is told which changes could not be told of, as places in the stream, and where events end that a topic has not taken. It is
   * empty unless something is wrong.
   */
  public readonly deadLetterQueue: IQueue;

  /**
   * Its own queue, and those of its webhooks.
   *
   * @internal
   */
  public readonly _deadLetters: DeadLetterQueues;

  constructor(scope: Construct, id: string, props: CustomerEventsProps) {
    super(scope, id);
    const { store, thresholds = [80, 100] } = props;
    requireThresholds(thresholds);
    const stack = Stack.of(this);
    this.bus = props.bus ?? this.ownBus();
    requireNear(this.bus, stack);
    this.deadLetterQueue = encryptedQueue(this, 'DeadLetters');
    Validations.of(this.deadLetterQueue).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SQS3',
      reason: 'It is the dead-letter queue of a stream and of rules',
    });
    this._deadLetters = new DeadLetterQueues([customerEventsDeadLetters(this)]);
    this.handler = new HandlerFunction(this, 'Handler', {
      bundle: 'customer-events',
      description: 'Tells on EventBridge what has changed for customers',
      timeout: Duration.minutes(1),
      environment: {
        [Environment.CATALOGUE]: props.catalogue._render(stack),
        [Environment.EVENT_THRESHOLDS]: stack.toJsonString(thresholds),
        ...this.environment(props),
      },
    });
    store.grants.readChanges(this.handler);
    allowKeyToSend(this.deadLetterQueue, this.handler);
    this.allowPut(this.handler);
    this.allowPut(props.settlement._tellRefusals(this.environment(props)));
    new EventSourceMapping(this, 'Changes', {
      target: this.handler,
      eventSourceArn: store.table.tableStreamArn,
      startingPosition: StartingPosition.LATEST,
      // So many, and so rarely, that a busy table costs cents a month; whoever is told can wait for seconds.
      batchSize: 1_000,
      maxBatchingWindow: Duration.seconds(5),
      filters: [
        FilterCriteria.filter({
          eventName: FilterRule.isEqual('MODIFY'),
          dynamodb: { Keys: { sk: { S: FilterRule.isEqual('BALANCE') } } },
        }),
      ],
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      // As long as that an event bus may be away; what comes behind it waits with it, and a stream keeps its records for a day.
      maxRecordAge: Duration.hours(6),
      onFailure: new SqsDlq(this.deadLetterQueue),
    });
  }

  /** Sends events to an SNS topic, each as the JSON that EventBridge makes of it. */
  public notifyTopic(topic: ITopic, options: NotifyTopicOptions = {}): void {
    const ruleId = `Topic-${topic.node.id}`;
    if (this.node.tryFindChild(ruleId) !== undefined) {
      throw new Error(`\`notifyTopic\` must be called once for a topic, got again: ${topic.node.path}`);
    }
    allowKeyToRules(this.deadLetterQueue);
    new Rule(this, ruleId, {
      description: 'Events of customers for a topic',
      eventBus: this.bus,
      eventPattern: this.pattern('notifyTopic', options.types),
      targets: [new SnsTopic(topic, { deadLetterQueue: this.deadLetterQueue })],
    });
  }

  /**
   * Sends events to a URL, signed as Standard Webhooks says, and tries again for two days.
   *
   * @returns the webhook, with the secret that its receiver verifies signatures by
   */
  public notifyWebhook(options: NotifyWebhookOptions): CustomerWebhook {
    const { id = 'Webhook', types, ...webhook } = options;
    if (this.node.tryFindChild(id) !== undefined) {
      throw new Error(`\`notifyWebhook: id\` must be another for each webhook, got again: ${JSON.stringify(id)}`);
    }
    const eventPattern = this.pattern('notifyWebhook', types);
    const made = new CustomerWebhook(this, id, { ...webhook, bus: this.bus, eventPattern });
    this._deadLetters.add(customerWebhookDeadLetters(made));
    return made;
  }

  /**
   * How many places in the stream, and events, wait in the dead-letter queue.
   *
   * @default - the maximum within 5 minutes
   */
  public metricDeadLetters(options: MetricOptions = {}): Metric {
    return waitingMessages(this.deadLetterQueue, options);
  }

  private ownBus(): EventBus {
    const description = 'What happens to customers of the paywall';
    return new EventBus(this, 'Bus', { description, kmsKey: encryptionKeyOf(this) });
  }

  private environment({ paywallId }: CustomerEventsProps): Record<string, string> {
    return { [Environment.EVENT_BUS_ARN]: this.bus.eventBusArn, [Environment.PAYWALL_ID]: paywallId };
  }

  private allowPut(grantee: IGrantable): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['events:PutEvents'],
        resources: [this.bus.eventBusArn],
        conditions: { StringEquals: { 'events:source': CUSTOMER_EVENT_SOURCE } },
      }),
    );
  }

  private pattern(method: string, types: CustomerEventType[] | undefined): EventPattern {
    if (types?.length === 0) {
      throw new Error(`\`${method}: types\` must name something to tell, got: []`);
    }
    return { source: [CUSTOMER_EVENT_SOURCE], ...(types !== undefined && { detailType: types }) };
  }
}

function requireThresholds(thresholds: readonly number[]): void {
  for (const threshold of thresholds) {
    requireInteger('events: thresholds', threshold, 1, 100);
  }
  if (new Set(thresholds).size < thresholds.length) {
    throw new Error(`\`events: thresholds\` must be distinct, got: ${JSON.stringify(thresholds)}`);
  }
}

/** Events are put where the handlers run. */
function requireNear({ env, eventBusArn }: IEventBus, { region }: Stack): void {
  if (!Token.isUnresolved(env.region) && !Token.isUnresolved(region) && env.region !== region) {
    throw new Error(`\`events: bus\` must be in the Region of the stack, ${region}, got: ${eventBusArn}`);
  }
}
