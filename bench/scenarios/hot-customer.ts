import type { Customer, Load } from '../simulation/simulate';
import { failed, oversold, wait, writesPer1000 } from './metrics';
import type { Scale, Scenario } from './scenario';

const PLENTY = 100_000_000;
const RATE = 5_000;

export function hotCustomer(units = PLENTY, rate = RATE): Customer {
  return { id: 'hot', group: 'hot', rate, units };
}

/** What a customer's first seconds are; by then every environment has learnt how busy the customer is. */
const START = 2_000;

function load(environments: number, milliseconds: number): Load {
  return { customers: [hotCustomer()], environments, placement: 'spread', milliseconds };
}

/** The same load as it starts, and as it goes on. */
function phases(environments: number, scale: Scale): { name: string; load: Load; isStart: boolean }[] {
  const start = START * scale;
  return [
    { name: `${environments} environments, the first 2 s`, load: load(environments, start), isStart: true },
    {
      name: `${environments} environments, then`,
      load: { ...load(environments, 2 * start), countFrom: start },
      isStart: false,
    },
  ];
}

export function writesOfAHotCustomer(scale: Scale): Scenario {
  const unbounded = { writeUnits: Number.POSITIVE_INFINITY, readUnits: Number.POSITIVE_INFINITY };
  return {
    title: 'What a hot customer costs',
    description: '5,000 calls/s of one customer who has never called before, on a partition without a cap.',
    metrics: [writesPer1000, oversold],
    variants: [20, 512].flatMap((environments) =>
      phases(environments, scale).map(({ name, load, isStart }) => ({
        name,
        load: { ...load, dynamoDb: unbounded },
        targets: [
          { metric: oversold.name, atMost: 0 },
          ...(isStart ? [] : [{ metric: writesPer1000.name, atMost: environments === 20 ? 20 : 100 }]),
        ],
      })),
    ),
  };
}

export function hotPartition(scale: Scale): Scenario {
  const targets = (environments: number) => [
    { metric: failed('hot').name, atMost: 0 },
    { metric: wait('hot', 0.99).name, atMost: environments === 64 ? 6 : 10 },
  ];
  return {
    title: 'A hot customer on one partition',
    description: '5,000 calls/s of one customer who has never called before, where an item takes 1,000 write units/s.',
    metrics: [failed('hot'), wait('hot', 0.5), wait('hot', 0.99), writesPer1000],
    variants: [64, 512].flatMap((environments) =>
      phases(environments, scale).map(({ name, load }) => ({ name, load, targets: targets(environments) })),
    ),
  };
}
