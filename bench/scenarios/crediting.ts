import { CREDITED_BY_PAYWALL, CREDITING } from '../engines/crediting';
import type { Load, Outcome } from '../simulation/simulate';
import { quantileOf } from '../simulation/tally';
import { hotCustomer } from './hot-customer';
import { failed, wait } from './metrics';
import type { Metric, Scale, Scenario, Variant } from './scenario';

const creditTime = (quantile: 0.5 | 0.99): Metric => ({
  name: `payment p${quantile * 100}`,
  unit: 'ms',
  of: ({ payments }) => quantileOf(payments.waits, quantile),
});

const attempts: Metric = {
  name: 'attempts',
  unit: '',
  of: ({ payments }) =>
    payments.attempts.reduce((sum, count) => sum + count, 0) / Math.max(1, payments.attempts.length),
};

const failedPayments: Metric = {
  name: 'payments failed',
  unit: '%',
  of: ({ payments }) => (100 * payments.failed.length) / Math.max(1, payments.count),
};

/** Writes of calls that met a payment's transaction; a client may try again. */
const conflicts: Metric = {
  name: 'writes refused a payment',
  unit: '',
  of: ({ usage, payments }) => usage.conflicts / Math.max(1, payments.count),
};

const lostToPayments: Metric = {
  name: 'calls failed for a payment',
  unit: '',
  of: ({ usage }) => usage.lostToConflicts,
};

/** Whatever was charged, paid, held or taken back: nothing may be missing, and nothing be there twice. */
const wrongUnits: Metric = {
  name: 'units wrong',
  unit: '',
  of: ({ credited, granted, remaining, heldByEnvironments }: Outcome) =>
    Math.abs(credited - granted - remaining - heldByEnvironments),
};

const UNBOUNDED = { writeUnits: Number.POSITIVE_INFINITY, readUnits: Number.POSITIVE_INFINITY };

function busy(rate: number, scale: Scale, changes: Partial<Load> = {}): Load {
  return {
    customers: [hotCustomer(undefined, rate)],
    environments: 64,
    placement: 'spread',
    milliseconds: 60_000 * scale,
    payments: { every: 200, kind: 'top_up', units: 100 },
    ...changes,
  };
}

const NONE_FOR_PAYMENTS = [
  { metric: lostToPayments.name, atMost: 0 },
  { metric: conflicts.name, atMost: 0 },
  { metric: failedPayments.name, atMost: 0 },
  { metric: wrongUnits.name, atMost: 0 },
];

export function creditingTheHotItem(scale: Scale): Scenario {
  const variants: Variant[] = [
    {
      name: '1,000 calls/s, no cap',
      load: busy(1_000, scale, { dynamoDb: UNBOUNDED }),
      // Here nothing but a payment makes a call fail.
      targets: [...NONE_FOR_PAYMENTS, { metric: failed('hot').name, atMost: 0 }],
    },
    { name: '1,000 calls/s, at the cap', load: busy(1_000, scale), targets: NONE_FOR_PAYMENTS },
    {
      name: '5,000 calls/s, far over it',
      load: busy(5_000, scale, { milliseconds: 20_000 * scale }),
      targets: NONE_FOR_PAYMENTS,
    },
  ];
  return {
    title: 'Crediting the hot item',
    description:
      'Five payments a second of one customer whose calls write the same item, which takes 1,000 write units/s.',
    metrics: [
      creditTime(0.5),
      creditTime(0.99),
      attempts,
      failedPayments,
      conflicts,
      lostToPayments,
      failed('hot'),
      wait('hot', 0.99),
      wrongUnits,
    ],
    variants,
    engines: CREDITING,
    measuredBy: CREDITED_BY_PAYWALL,
  };
}

export function moneyThatGoesBack(scale: Scale): Scenario {
  return {
    title: 'Money that goes back while its units are being spent',
    description: 'A refund of all that a customer has bought, of which half is left and spent at 1,000 calls/s.',
    metrics: [creditTime(0.5), attempts, failedPayments, wrongUnits],
    variants: [
      {
        name: 'exact calls',
        load: busy(1_000, 1, {
          customers: [hotCustomer(Math.round(60_000 * scale), 1_000)],
          dynamoDb: UNBOUNDED,
          milliseconds: 60_000 * scale,
          payments: { every: 35_000 * scale, kind: 'clawback', units: Math.round(120_000 * scale) },
        }),
        targets: [
          { metric: failedPayments.name, atMost: 0 },
          { metric: wrongUnits.name, atMost: 0 },
        ],
      },
    ],
    engines: CREDITING.filter(({ name }) => name.endsWith('plain writes')),
    measuredBy: CREDITED_BY_PAYWALL,
  };
}
