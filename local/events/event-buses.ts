import type { AsynchronousInvocations } from '../lambda/asynchronous-invocations';
import type { LocalQueues } from '../queues/queues';
import { newMessage } from '../queues/send';
import type { EventRuleModel } from '../template/model';
import type { BusEvent } from './event';
import { matches } from './event-pattern';
import { inputOf } from './rule-input';

export interface EventBusesOptions {
  readonly rules: readonly EventRuleModel[];
  readonly queues: Pick<LocalQueues, 'queue'>;
  /** Asked for each event, as Lambda comes up later than who sends events; nothing while it is not up. */
  readonly invocations: () => Pick<AsynchronousInvocations, 'run'> | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Takes a line for every event that is given up. */
  readonly report: (line: string) => void;
}

/** An event that has come to a bus, and the rules that have let it through. */
export interface ToldEvent {
  readonly eventBusName: string;
  readonly event: BusEvent;
  /** Their construct paths. */
  readonly rules: readonly string[];
}

const REMEMBERED = 100;

/** Event buses: they hand each event to the targets of the rules that it matches, and remember the last hundred. */
export class EventBuses {
  private readonly told: ToldEvent[] = [];

  constructor(private readonly options: EventBusesOptions) {}

  /** The oldest first. */
  public get recent(): readonly ToldEvent[] {
    return this.told;
  }

  /** Settles when what the event has set off is over; rejects where there is nobody yet to set off. */
  public async deliver(eventBusName: string, event: BusEvent): Promise<void> {
    const lambda = this.options.invocations();
    if (lambda === undefined) {
      throw new Error('there is no EventBridge yet');
    }
    const rules = this.options.rules.filter(
      (rule) => rule.eventBusName === eventBusName && matches(rule.pattern, event),
    );
    this.told.push({ eventBusName, event, rules: [...new Set(rules.map(({ path }) => path))] });
    this.told.splice(0, this.told.length - REMEMBERED);
    await Promise.all(rules.map((rule) => this.hand(rule, event, lambda)));
  }

  private async hand(
    rule: EventRuleModel,
    event: BusEvent,
    lambda: Pick<AsynchronousInvocations, 'run'>,
  ): Promise<void> {
    const { path, targetArn } = rule;
    const giveUp = (why: string) =>
      this.options.report(`${path}: gave up on ${event['detail-type']} for ${targetArn}: ${why}`.replace(/\s+/g, ' '));
    try {
      const input = inputOf(rule, event, this.options.now());
      if (isQueue(targetArn)) {
        this.send(targetArn, input, rule.messageGroupId);
      } else {
        await lambda.run(targetArn, JSON.parse(input), giveUp);
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      giveUp(why);
      this.bury(rule, event, why);
    }
  }

  /** What could not be handed over is kept as it came, before the rule has made something of it. */
  private bury({ deadLetterQueueArn, arn, targetArn }: EventRuleModel, event: BusEvent, why: string): void {
    if (deadLetterQueueArn === undefined) {
      return;
    }
    const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
    this.send(deadLetterQueueArn, JSON.stringify(event), undefined, {
      RULE_ARN: attribute(arn),
      TARGET_ARN: attribute(targetArn),
      ERROR_MESSAGE: attribute(why),
    });
  }

  private send(queueArn: string, MessageBody: string, MessageGroupId?: string, MessageAttributes = {}): void {
    const queue = this.options.queues.queue(queueArn);
    if (queue === undefined) {
      throw new Error(`the queue ${queueArn} is not in this app`);
    }
    queue.send(newMessage(queue, { MessageBody, MessageGroupId, MessageAttributes }));
  }
}

export function isQueue(arn: string): boolean {
  return /^arn:[^:]+:sqs:/.test(arn);
}
