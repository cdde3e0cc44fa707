import type { Customer, Load } from '../simulation/simulate';
import { hotCustomer } from './hot-customer';
import { failed, wait } from './metrics';
import type { Metric, Scale, Scenario } from './scenario';

/** What an AWS account has by default. */
const CONCURRENCY = 1_000;

const SLOW: readonly Customer[] = Array.from({ length: 100 }, (_, index) => ({
  id: `slow${index}`,
  group: 'others',
  rate: 5,
  units: 1_000_000,
}));

const writesPer1000Refusals: Metric = {
  name: 'write units per 1,000 refusals',
  unit: '',
  of: ({ usage, groups }) => {
    const others = groups.get('others')?.counts.granted ?? 0;
    const refused = groups.get('hot')?.counts.refused ?? 0;
    return refused === 0 ? 0 : (1_000 * Math.max(0, usage.writeUnits - others)) / refused;
  },
};

const TARGETS = [
  { metric: 'others: failed', atMost: 0.1 },
  { metric: 'others: added p99', atMost: 20 },
];

export function noisyNeighbour(scale: Scale): Scenario {
  return {
    title: 'A noisy neighbour',
    description:
      'One customer with 5,000 calls/s beside 100 with 5 calls/s each, and those alone; 1,000 environments at most.',
    metrics: [failed('others'), wait('others', 0.5), wait('others', 0.99)],
    variants: [
      { name: 'without it', load: load([], scale) },
      { name: 'with units left', load: load([hotCustomer()], scale), targets: TARGETS },
    ],
  };
}

export function hammering(scale: Scale): Scenario {
  return {
    title: 'One who hammers while exhausted',
    description: 'The same, and the noisy one has nothing left: each call of its own is to be refused.',
    metrics: [failed('others'), wait('others', 0.5), wait('others', 0.99), failed('hot'), writesPer1000Refusals],
    variants: [
      { name: 'without it', load: load([], scale) },
      {
        name: 'exhausted',
        load: load([hotCustomer(0)], scale),
        targets: [...TARGETS, { metric: writesPer1000Refusals.name, atMost: 238 }],
      },
    ],
  };
}

function load(noisy: readonly Customer[], scale: Scale): Load {
  return {
    customers: [...noisy, ...SLOW],
    environments: CONCURRENCY,
    placement: 'packed',
    milliseconds: 5_000 * scale,
  };
}
