import { Duration, Stack, Token } from 'aws-cdk-lib';
import { EventBus, type IEventBus, type IRule, Match, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { PaymentProcessor } from './payment-processor';
import { allowKeyToRules, encryptionKeyOf } from './private/encryption';
import { STRIPE_EVENT_SOURCES } from './private/stripe-event-source';
import { HANDLED_EVENTS } from './private/stripe-events';
import type { StripeEventBridgeOptions } from './stripe-events';

/** Properties of `StripeEventBridge`. */
export interface StripeEventBridgeProps extends StripeEventBridgeOptions {
  /** What carries the events out. */
  readonly processor: PaymentProcessor;
}

/**
 * What takes Stripe's events from Amazon EventBridge, in place of a webhook: nothing of it is public, and there is nothing to verify, as
 * AWS lets nobody but Stripe send events of its event sources.
 *
 * EventBridge tries for a day to hand an event to Lambda, and Lambda runs it three times at most. What fails on either way ends in the
 * processor's dead-letter queue, in the same form: the event as EventBridge wraps it, with Stripe's own in `detail`.
 */
export class StripeEventBridge extends Construct {
  /** What the events come to. */
  public readonly eventBus: IEventBus;

  /** What picks the events that change something here. */
  public readonly rule: IRule;

  constructor(scope: Construct, id: string, props: StripeEventBridgeProps) {
    super(scope, id);
    const { eventSourceName, processor } = props;
    this.eventBus =
      props.eventBus ?? new EventBus(this, 'EventBus', { eventSourceName, kmsKey: encryptionKeyOf(this) });
    this.requireNear(this.eventBus);
    allowKeyToRules(processor.deadLetterQueue);
    this.rule = new Rule(this, 'Rule', {
      description: 'The events of Stripe that change a balance or a plan',
      eventBus: this.eventBus,
      eventPattern: {
        source: eventSourceName === undefined ? Match.prefix(STRIPE_EVENT_SOURCES) : [eventSourceName],
        detailType: [...HANDLED_EVENTS],
      },
      targets: [
        new LambdaFunction(processor.handler, {
          deadLetterQueue: processor.deadLetterQueue,
          maxEventAge: Duration.days(1),
          retryAttempts: 185,
        }),
      ],
    });
  }

  /** A rule is where its event bus is. */
  private requireNear({ env, eventBusArn }: IEventBus): void {
    const { account, region } = Stack.of(this);
    const isElsewhere = (theirs: string, ours: string) =>
      !Token.isUnresolved(theirs) && !Token.isUnresolved(ours) && theirs !== ours;
    if (isElsewhere(env.account, account) || isElsewhere(env.region, region)) {
      throw new Error(
        `\`eventBus\` must be in the account and Region of the stack, ${account} ${region}, got: ${eventBusArn}`,
      );
    }
  }
}
