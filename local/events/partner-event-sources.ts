import { randomUUID } from 'node:crypto';
import type { EventDestination } from '../stripe/event-destination';
import type { EventRuleModel } from '../template/model';
import { eventTime } from './event';
import type { EventBuses } from './event-buses';

/** What fills a partner's event bus here: the stand-in for Stripe. */
export const STRIPE_EVENT_BUS = /^aws\.partner\/stripe\.com\//;

export interface PartnerEventSourcesOptions {
  readonly rules: readonly EventRuleModel[];
  readonly delivery: Pick<EventBuses, 'deliver'>;
}

/**
 * The partner event sources of Stripe whose event buses have rules, as destinations of Stripe's: as EventBridge has them. A delivery
 * lasts until what it sets off is over.
 */
export function partnerEventSources({ rules, delivery }: PartnerEventSourcesOptions): EventDestination[] {
  const arns = new Map(rules.map(({ eventBusName, arn }) => [eventBusName, arn]));
  return [...arns]
    .filter(([name]) => STRIPE_EVENT_BUS.test(name))
    .map(([name, ruleArn]) => ({
      id: name.split('/').at(-1) ?? name,
      deliver({ type, created, detail }) {
        const [, , , region = '', account = ''] = ruleArn.split(':');
        return delivery.deliver(name, {
          version: '0',
          id: randomUUID(),
          'detail-type': type,
          source: name,
          account,
          time: eventTime(created * 1_000),
          region,
          resources: [],
          detail,
        });
      },
    }));
}
