import type { Customer } from '../simulation/simulate';
import { heldOfServed, writesPer1000 } from './metrics';
import type { Scale, Scenario } from './scenario';

const RATE = 1_000;

/** By Zipf's law: the second calls half as often as the first, the third a third. */
export function zipf(count: number): Customer[] {
  const weights = Array.from({ length: count }, (_, index) => 1 / (index + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight, index) => ({
    id: `c${index}`,
    group: 'all',
    rate: (RATE * weight) / total,
    units: 1_000_000,
  }));
}

/** In turn, or as few as the load needs: Lambda promises neither. */
export const PLACEMENTS = [
  { name: '64 environments in turn', environments: 64, placement: 'spread' },
  { name: 'as few environments as the load needs', environments: 1_000, placement: 'packed' },
] as const;

export function manyCustomers(scale: Scale): Scenario {
  return {
    title: 'Many customers',
    description: '1,000 calls/s of 10,000 customers by Zipf’s law.',
    metrics: [heldOfServed, writesPer1000],
    variants: PLACEMENTS.map(({ name, environments, placement }) => ({
      name,
      load: { customers: zipf(10_000), environments, placement, milliseconds: 10_000 * scale },
      targets: [{ metric: heldOfServed.name, atMost: 5 }],
    })),
  };
}
