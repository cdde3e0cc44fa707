import { Duration, Stack, Token, Validations } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { type EventPattern, type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import {
  allowKeyToRead,
  allowKeyToReceive,
  allowKeyToRules,
  encryptedQueue,
  encryptedSecret,
} from './private/encryption';
import { Environment } from './private/environment';
import { waitingMessages } from './private/function-metric';
import { HandlerFunction } from './private/handler-function';
import { requireHttpUrl } from './private/validation';

/** Options of a customer webhook. */
export interface CustomerWebhookOptions {
  /**
   * Where events go: an https URL. It stands in the template, so nothing secret belongs into it; the signature says who has sent an event.
   */
  readonly url: string;

  /**
   * What events are signed with: text as `whsec_…` of Standard Webhooks, or several, separated by white space, while one takes the place
   * of another. All of them sign then.
   *
   * @default - one that is generated; its receiver adds `whsec_` where his library wants it
   */
  readonly secret?: ISecret;
}

/** Properties of `CustomerWebhook`. */
export interface CustomerWebhookProps extends CustomerWebhookOptions {
  /** Where the events come from. */
  readonly bus: IEventBus;

  /** Which of them go there. */
  readonly eventPattern: EventPattern;
}

/** How often an event is sent before it is given up: the last time is two days after the first. */
const MAX_ATTEMPTS = 12;

/**
 * What sends events to a URL, signed with the headers of Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`).
 * Whatever is answered with another status than 2xx within ten seconds is sent again, twelve times within two days, and then is in the
 * dead-letter queue.
 */
export class CustomerWebhook extends Construct {
  /** The function that sends. */
  public readonly handler: IFunction;

  /** What events are signed with. */
  public readonly secret: ISecret;

  /** Where events end that were not taken within two days. It is empty unless something is wrong. */
  public readonly deadLetterQueue: IQueue;

  constructor(scope: Construct, id: string, props: CustomerWebhookProps) {
    super(scope, id);
    requireHttpUrl('notifyWebhook: url', props.url);
    const deadLetterQueue = encryptedQueue(this, 'DeadLetters');
    const timeout = Duration.seconds(30);
    const queue = encryptedQueue(this, 'Queue', {
      // Six times the function's timeout, as Lambda wants it of a queue that it polls.
      visibilityTimeout: Duration.seconds(6 * timeout.toSeconds()),
      deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount: MAX_ATTEMPTS },
    });
    this.deadLetterQueue = deadLetterQueue;
    this.secret = props.secret ?? this.generatedSecret();
    const handler = new HandlerFunction(this, 'Handler', {
      bundle: 'customer-webhook',
      description: 'Sends events of customers to a webhook',
      timeout,
      environment: {
        [Environment.CUSTOMER_WEBHOOK_URL]: props.url,
        [Environment.CUSTOMER_WEBHOOK_SECRET_ARN]: this.secret.secretArn,
        [Environment.CUSTOMER_WEBHOOK_QUEUE_URL]: queue.queueUrl,
      },
    });
    this.secret.grantRead(handler);
    allowKeyToRead(this.secret, handler);
    queue.grant(handler, 'sqs:ChangeMessageVisibility');
    allowKeyToReceive(queue, handler);
    allowKeyToRules(queue);
    handler.addEventSource(
      new SqsEventSource(queue, { batchSize: 10, maxConcurrency: 2, reportBatchItemFailures: true }),
    );
    this.handler = handler;
    new Rule(this, 'Rule', {
      description: `Events of customers for ${Token.isUnresolved(props.url) ? 'a webhook' : new URL(props.url).host}`,
      eventBus: props.bus,
      eventPattern: props.eventPattern,
      targets: [new SqsQueue(queue, { deadLetterQueue })],
    });
  }

  /**
   * How many events wait in the dead-letter queue.
   *
   * @default - the maximum within 5 minutes
   */
  public metricDeadLetters(options: MetricOptions = {}): Metric {
    return waitingMessages(this.deadLetterQueue, options);
  }

  /** Letters and digits in fours are Base64 of something, which is what a signing key is. */
  private generatedSecret(): Secret {
    const secret = encryptedSecret(this, 'Secret', {
      description: `What ${Stack.of(this).stackName} signs events of customers with`,
      generateSecretString: { passwordLength: 44, excludePunctuation: true, includeSpace: false },
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SMG4',
      reason: 'Its receiver has to know a new one first: both sign while one takes the place of the other',
    });
    return secret;
  }
}
