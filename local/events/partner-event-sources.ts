import { randomUUID } from 'node:crypto';
import type { AsynchronousInvocations } from '../lambda/asynchronous-invocations';
import type { EventDestination } from '../stripe/event-destination';
import type { EventRuleModel } from '../template/model';
import { matches } from './event-pattern';

export interface PartnerEventSourcesOptions {
  readonly rules: readonly EventRuleModel[];
  /** Asked for each event, as Lambda comes up later than Stripe; nothing while it is not up. */
  readonly invocations: () => Pick<AsynchronousInvocations, 'run'> | undefined;
  /** Takes a line for every event that is given up. */
  readonly report: (line: string) => void;
}

/** The partner event sources of Stripe whose event buses have rules, as destinations of Stripe's: as EventBridge has them. */
export function partnerEventSources({ rules, invocations, report }: PartnerEventSourcesOptions): EventDestination[] {
  return [...new Set(rules.map(({ eventBusName }) => eventBusName))].map((name) => ({
    id: name.split('/').at(-1) ?? name,
    async deliver({ type, created, detail }) {
      const lambda = invocations();
      if (lambda === undefined) {
        throw new Error('there is no EventBridge yet');
      }
      const id = randomUUID();
      const invoked = rules
        .filter(({ eventBusName }) => eventBusName === name)
        .map((rule) => ({ rule, event: envelope(rule, { id, type, created, detail }) }))
        .filter(({ rule, event }) => matches(rule.pattern, event))
        .map(({ rule: { path, functionArn, input }, event }) =>
          lambda.run(functionArn, input === undefined ? event : JSON.parse(input), (why) => {
            report(`${path}: gave up on ${type} for ${functionArn}: ${why}`.replace(/\s+/g, ' '));
          }),
        );
      await Promise.all(invoked);
    },
  }));
}

interface Told {
  readonly id: string;
  readonly type: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly detail: unknown;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html */
function envelope({ arn, eventBusName }: EventRuleModel, { id, type, created, detail }: Told): object {
  const [, , , region, account] = arn.split(':');
  return {
    version: '0',
    id,
    'detail-type': type,
    source: eventBusName,
    account,
    time: new Date(created * 1_000).toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources: [],
    detail,
  };
}
