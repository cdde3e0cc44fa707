import type { Outcome } from '../simulation/simulate';
import { Tally } from '../simulation/tally';
import type { Metric } from './scenario';

const NOBODY = new Tally();

export const writesPer1000: Metric = {
  name: 'write units per 1,000 decisions',
  unit: '',
  // A call that failed was decided by nobody.
  of: ({ usage, total }) => (1_000 * usage.writeUnits) / Math.max(1, total.decisions - total.counts.failed),
};

export const oversold: Metric = {
  name: 'units oversold',
  unit: '',
  of: ({ granted, credited }) => Math.max(0, granted - credited),
};

export const heldOfServed: Metric = {
  name: 'held, of what was served',
  unit: '%',
  of: ({ held, granted }) => (100 * Math.max(0, held)) / Math.max(1, granted),
};

export function failed(group: string): Metric {
  return { name: `${group}: failed`, unit: '%', of: (outcome) => tally(outcome, group).failedPercent };
}

export function wait(group: string, quantile: 0.5 | 0.99): Metric {
  return {
    name: `${group}: added p${quantile * 100}`,
    unit: 'ms',
    of: (outcome) => tally(outcome, group).wait(quantile),
  };
}

function tally({ groups }: Outcome, group: string): Tally {
  return groups.get(group) ?? NOBODY;
}
