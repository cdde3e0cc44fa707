import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { CustomerEvents } from '../customer-events';
import type { CustomerWebhook } from '../customer-webhook';
import type { PaymentProcessor } from '../payment-processor';
import type { Settlement } from '../settlement';
import type { SurrogateKeys } from '../surrogate-keys';

/** A queue that is empty unless something is wrong. */
export interface DeadLetters {
  /** The id of its alarm. */
  readonly alarmId: string;
  /** What waits in it, for a legend. */
  readonly label: string;
  readonly metric: (options?: MetricOptions) => Metric;
  /** What a message in it means, and what to do. */
  readonly description: string;
}

/** The dead-letter queues of a paywall. Some are made later than what watches them. */
export class DeadLetterQueues {
  private readonly watchers: ((deadLetters: DeadLetters) => void)[] = [];

  constructor(readonly all: DeadLetters[] = []) {}

  add(deadLetters: DeadLetters): void {
    this.all.push(deadLetters);
    for (const watch of this.watchers) {
      watch(deadLetters);
    }
  }

  /** Watches those that are there, and those that come. */
  watch(watcher: (deadLetters: DeadLetters) => void): void {
    this.watchers.push(watcher);
    this.all.forEach(watcher);
  }
}

export function paymentsDeadLetters(processor: PaymentProcessor): DeadLetters {
  return {
    alarmId: 'DeadLetters',
    label: 'Payments',
    metric: (options) => processor.metricDeadLetters(options),
    description:
      'A payment, refund or change of plan could not be carried out: Stripe has told of it, and the customer has not got it. The logs ' +
      'of the payments function say why. Mend that, then run: cdk-paywall webhook replay',
  };
}

export function settlementDeadLetters(settlement: Settlement): DeadLetters {
  return {
    alarmId: 'SettlementDeadLetters',
    label: 'Settlement',
    metric: (options) => settlement.metricDeadLetters(options),
    description:
      'Calls that were not served could not be given back, or reported costs could not be settled: customers have paid for what they have ' +
      'not got, or too little. The logs of the settlement function say why. Mend that, then move them to the queue of reports, whose ' +
      `function takes batches of the access log too: ${moveBack(settlement.deadLetterQueue)} --destination-arn REPORTS_ARN`,
  };
}

export function surrogateKeysDeadLetters(surrogateKeys: SurrogateKeys): DeadLetters {
  return {
    alarmId: 'SurrogateKeysDeadLetters',
    label: 'Surrogate keys',
    metric: (options) => surrogateKeys.metricDeadLetters(options),
    description:
      'Customers of a plan with ownThrottle have got no surrogate key of their own: they are served, and share the throttle of a lane. The ' +
      "logs of the surrogate keys' function say why; most often API Gateway's control plane throttles the account. Then move them back: " +
      moveBack(surrogateKeys.deadLetterQueue),
  };
}

export function customerEventsDeadLetters(events: CustomerEvents): DeadLetters {
  return {
    alarmId: 'CustomerEventsDeadLetters',
    label: 'Customer events',
    metric: (options) => events.metricDeadLetters(options),
    description:
      'Events of customers were not told: what has changed could not be put on the bus, or a topic has not taken it. No balance is wrong. ' +
      'The logs of the customer events function say why. The messages name what is missing (places in the stream, or the events): ' +
      `aws sqs receive-message --max-number-of-messages 10 --queue-url ${events.deadLetterQueue.queueUrl}`,
  };
}

export function customerWebhookDeadLetters(webhook: CustomerWebhook): DeadLetters {
  return {
    alarmId: `CustomerWebhookDeadLetters-${webhook.node.id}`,
    label: `Customer webhook ${webhook.node.id}`,
    metric: (options) => webhook.metricDeadLetters(options),
    description:
      'A webhook of yours has not taken events of customers within two days of trying. The logs of the customer webhook function say what ' +
      `it answered. When it takes events again, move them back: ${moveBack(webhook.deadLetterQueue)}`,
  };
}

/** For a queue whose messages have come from a queue, to which SQS moves them back. */
function moveBack({ queueArn }: IQueue): string {
  return `aws sqs start-message-move-task --source-arn ${queueArn}`;
}
