import { hotCustomer } from './hot-customer';
import { oversold } from './metrics';
import type { Metric, Scale, Scenario } from './scenario';

const QUOTA = 50_000;

const heldAtFirst402: Metric = {
  name: 'held at the first 402, of the quota',
  unit: '%',
  of: ({ heldAtFirstRefusal, credited }) => (100 * Math.max(0, heldAtFirstRefusal ?? 0)) / credited,
};

const neverServed: Metric = {
  name: 'never served, of the quota',
  unit: '%',
  of: ({ held, remaining, credited }) => (100 * Math.max(0, held + remaining)) / credited,
};

export function exhaustion(scale: Scale): Scenario {
  return {
    title: 'The end of a quota',
    description: `5,000 calls/s of one customer, until ${QUOTA.toLocaleString('en')} units are used up and 2 s longer.`,
    metrics: [oversold, heldAtFirst402, neverServed],
    variants: [
      {
        name: '64 environments',
        load: {
          customers: [hotCustomer(Math.round(QUOTA * scale))],
          environments: 64,
          placement: 'spread',
          // Longer than the slowest engine takes.
          milliseconds: 150_000,
          stopAfterRefusal: 2_000,
        },
        targets: [
          { metric: oversold.name, atMost: 0 },
          { metric: heldAtFirst402.name, atMost: 1 },
        ],
      },
    ],
  };
}
