import type { Customer, Load } from '../simulation/simulate';
import { failed, oversold, wait, writesPer1000 } from './metrics';
import type { Scale, Scenario } from './scenario';

const PLENTY = 100_000_000;
const RATE = 5_000;

export function hotCustomer(units = PLENTY, rate = RATE): Customer {
  return { id: 'hot', group: 'hot', rate, units };
}

function load(environments: number, seconds: number): Load {
  return { customers: [hotCustomer()], environments, placement: 'spread', milliseconds: seconds * 1_000 };
}

export function writesOfAHotCustomer(scale: Scale): Scenario {
  const unbounded = { writeUnits: Number.POSITIVE_INFINITY, readUnits: Number.POSITIVE_INFINITY };
  const variant = (environments: number, atMost: number) => ({
    name: `${environments} environments`,
    load: { ...load(environments, 5 * scale), dynamoDb: unbounded },
    targets: [{ metric: writesPer1000.name, atMost }],
  });
  return {
    title: 'What a hot customer costs',
    description: '5,000 calls/s of one customer from the first call on, on a partition without a cap.',
    metrics: [writesPer1000, oversold],
    variants: [variant(20, 20), variant(512, 87)],
  };
}

export function hotPartition(scale: Scale): Scenario {
  const targets = [
    { metric: 'hot: failed', atMost: 0.1 },
    { metric: 'hot: added p50', atMost: 1.5 },
  ];
  return {
    title: 'A hot customer on one partition',
    description: '5,000 calls/s of one customer from the first call on, where an item takes 1,000 write units/s.',
    metrics: [failed('hot'), wait('hot', 0.5), wait('hot', 0.99), writesPer1000],
    variants: [64, 512].map((environments) => ({
      name: `${environments} environments`,
      load: load(environments, 5 * scale),
      targets,
    })),
  };
}
