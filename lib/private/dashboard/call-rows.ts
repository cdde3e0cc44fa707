import type { RestApiBase } from 'aws-cdk-lib/aws-apigateway';
import { type IWidget, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { QuotaAuthorizer } from '../../quota-authorizer';
import { chart, heading, percentiles, Tone } from './widgets';

/** What is called, and what becomes of it. */
export function callRows(authorizer: QuotaAuthorizer): IWidget[][] {
  const share = { min: 0, max: 100, label: '%', showUnits: false };
  return [
    [heading('Calls', 'Each is decided once: served, refused for want of payment (402), or not known (401).')],
    [
      chart({
        title: 'Calls',
        width: 10,
        unit: 'Calls',
        left: [
          authorizer.metricCalls({ label: 'Decided', color: Tone.CALLS }),
          authorizer.metricPaymentRequired({ label: '402', color: Tone.REFUSED }),
          authorizer.metricUnauthorizedCalls({ label: '401', color: Tone.OTHER }),
        ],
      }),
      chart({
        title: 'Units',
        width: 7,
        unit: 'Units',
        left: [authorizer.metricUnits({ label: 'Taken', color: Tone.CALLS })],
      }),
      chart({
        title: 'Decided without asking the store',
        width: 7,
        unit: '%',
        left: [authorizer.metricLeaseHitRate({ label: 'From a lease', color: Tone.GOOD })],
        leftYAxis: share,
      }),
    ],
  ];
}

/** How it feels to call: whether it is answered, and how soon. */
export function feelRows(authorizer: QuotaAuthorizer, apis: readonly RestApiBase[]): IWidget[][] {
  return [
    [
      heading(
        'How it feels',
        'What the paywall adds to a call, what it could not decide, and what callers meet at the API.',
      ),
    ],
    [
      chart({
        title: 'Decision latency',
        width: 12,
        unit: 'Milliseconds',
        left: percentiles((options) => authorizer.metricDecisionLatency(options)),
      }),
      chart({
        title: 'Not decided',
        width: 12,
        unit: 'Calls',
        left: [
          authorizer.metricFailedDecisions({ label: '503', color: Tone.FAILED }),
          authorizer.metricFailOpenCalls({ label: 'Served uncounted', color: Tone.REFUSED }),
          authorizer.handler.metricThrottles({ statistic: Stats.SUM, label: 'Throttled by Lambda', color: Tone.SLOW }),
          authorizer.metricStoreRetries({ label: 'Store asked again', color: Tone.OTHER }),
        ],
      }),
    ],
    ...apis.map((api) => apiRow(api)),
  ];
}

function apiRow(api: RestApiBase): IWidget[] {
  const name = api.node.id;
  const count = (label: string, color: string): MetricOptions => ({ statistic: Stats.SUM, label, color });
  return [
    chart({
      title: `${name}: answers`,
      width: 12,
      unit: 'Calls',
      left: [
        api.metricCount(count('All', Tone.CALLS)),
        api.metricClientError(count('4XX', Tone.REFUSED)),
        api.metricServerError(count('5XX', Tone.FAILED)),
      ],
    }),
    chart({
      title: `${name}: latency`,
      width: 12,
      unit: 'Milliseconds',
      left: percentiles((options) => api.metricLatency(options)),
    }),
  ];
}
