import { type IWidget, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { PaymentProcessor } from '../../payment-processor';
import type { QuotaStore } from '../../quota-store';
import type { StripeReconciler } from '../../stripe-reconciler';
import type { StripeWebhook } from '../../stripe-webhook';
import type { DeadLetters } from '../dead-letters';
import { chart, heading, percentiles, Tone } from './widgets';

interface StripesWay {
  readonly processor: PaymentProcessor;
  readonly reconciler: StripeReconciler;
  readonly webhook?: StripeWebhook;
}

/** How events come from Stripe, and how much was missed. */
export function stripeRows({ processor, reconciler, webhook }: StripesWay): IWidget[][] {
  const width = webhook === undefined ? 12 : 8;
  const failures =
    webhook &&
    chart({
      title: 'Webhooks that failed',
      width,
      unit: 'Webhooks',
      left: [
        webhook.metricFailedWebhooks({ label: 'Not carried out', color: Tone.FAILED }),
        webhook.metricRefusedWebhooks({ label: 'Wrong signature', color: Tone.OTHER }),
      ],
    });
  return [
    [
      heading(
        "Stripe's way",
        'From an event at Stripe until it was carried out, and what the reconciler had to make good.',
      ),
    ],
    [
      chart({
        title: 'From an event until it was carried out',
        width,
        unit: 'Milliseconds',
        left: percentiles((options) => processor.metricWebhookLag(options)),
      }),
      ...(failures === undefined ? [] : [failures]),
      chart({
        title: 'Reconciler',
        width,
        unit: 'Events',
        left: [
          reconciler.metricMissedEvents({ label: 'Made good', color: Tone.REFUSED }),
          reconciler.metricFailedEvents({ label: 'Failed', color: Tone.FAILED }),
        ],
        right: [reconciler.metricReconcilerLag({ label: 'Lag', color: Tone.SLOW })],
        rightYAxis: { min: 0, label: 'Milliseconds', showUnits: false },
      }),
    ],
  ];
}

/** What waits for the operator, and how the store does. */
export function storeRows(store: QuotaStore, deadLetters: readonly DeadLetters[]): IWidget[][] {
  return [
    [
      heading(
        'Dead letters, and the table',
        'Every queue is empty while all is well; and a table on demand throttles nothing.',
      ),
    ],
    [
      chart({
        title: 'Dead letters',
        width: 8,
        unit: 'Messages',
        left: deadLetters.map(({ label, metric }) => metric({ label })),
      }),
      chart({
        title: 'Table: capacity taken',
        width: 8,
        unit: 'Units',
        left: [
          store.metricConsumedWriteUnits({ label: 'Writes', color: Tone.SLOW }),
          store.metricConsumedReadUnits({ label: 'Reads', color: Tone.CALLS }),
        ],
      }),
      chart({
        title: 'Table: throttled',
        width: 8,
        unit: 'Requests',
        left: [store.metricThrottledRequests({ statistic: Stats.SUM, color: Tone.FAILED })],
      }),
    ],
  ];
}
