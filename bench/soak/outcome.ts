import { quantileOf } from '../simulation/tally';
import type { Payments } from './customers';
import type { Memory } from './gateway';
import type { Counts } from './traffic';

/** What the gateway's process held after so many calls. */
export interface Sample extends Memory {
  readonly calls: number;
  /** In the table. */
  readonly items: number;
}

export interface Soaked {
  readonly counts: Counts;
  readonly payments: Payments;
  /** From the first call to the last, without the pauses in between. */
  readonly milliseconds: number;
  /** While customers pay: from when all is warm. */
  readonly mixed: readonly Sample[];
  /** While nothing is kept of any call. */
  readonly plain: readonly Sample[];
  /** Units that environments held of all customers when the calls were over. */
  readonly held: number;
  /** And those that they held when all was spent. */
  readonly heldAfterwards: number;
  readonly disagreements: readonly string[];
}

interface Metric {
  readonly metric: string;
  readonly unit: string;
  readonly atMost?: number;
  readonly value: (soaked: Soaked) => number;
}

const KB = 1_024;
const MB = 1_024 * KB;

export const METRICS: readonly Metric[] = [
  { metric: 'calls', unit: '', value: ({ counts }) => counts.calls },
  { metric: 'calls a second', unit: '', value: ({ counts, milliseconds }) => (1_000 * counts.calls) / milliseconds },
  { metric: 'p50', unit: 'ms', value: ({ counts }) => quantileOf(counts.milliseconds, 0.5) },
  { metric: 'p99', unit: 'ms', value: ({ counts }) => quantileOf(counts.milliseconds, 0.99) },
  { metric: 'answered 402', unit: '', value: ({ counts }) => counts.refused },
  { metric: 'failed by the backend, and given back', unit: '', value: ({ counts }) => counts.failing },
  { metric: 'with a reported cost', unit: '', value: ({ counts }) => counts.reported },
  { metric: 'answered otherwise', unit: '', atMost: 0, value: ({ counts }) => sum([...counts.others.values()]) },
  { metric: 'checkouts', unit: '', value: ({ payments }) => payments.checkouts },
  { metric: 'renewals', unit: '', value: ({ payments }) => payments.renewals },
  { metric: 'refunds', unit: '', value: ({ payments }) => payments.refunds },
  { metric: '402 from memory right after a payment', unit: '', value: ({ payments }) => payments.refusedAtFirst },
  { metric: '402 half a second later', unit: '', atMost: 0, value: ({ payments }) => payments.refusedAfterwards },
  { metric: 'disagreements', unit: '', atMost: 0, value: ({ disagreements }) => disagreements.length },
  { metric: 'units held at the end', unit: '', value: ({ held }) => held },
  { metric: 'units held when all is spent', unit: '', atMost: 0, value: ({ heldAfterwards }) => heldAfterwards },
  { metric: 'items kept', unit: '', value: ({ plain }) => plain.at(-1)?.items ?? 0 },
  { metric: 'heap for an item more', unit: 'KB', atMost: 8, value: ({ mixed }) => heapOfItem(mixed) / KB },
  { metric: 'heap at the end', unit: 'MB', value: ({ plain }) => (plain.at(-1)?.heap ?? 0) / MB },
  { metric: 'heap, growth under calls alone', unit: '%', atMost: 3, value: ({ plain }) => growth(plain, 'heap') },
  { metric: 'resident at the end', unit: 'MB', value: ({ plain }) => (plain.at(-1)?.resident ?? 0) / MB },
  {
    metric: 'resident, growth under calls alone',
    unit: '%',
    atMost: 10,
    value: ({ plain }) => growth(plain, 'resident'),
  },
];

/** Bytes by which the heap has grown for each item that has come to the table, whatever is kept beside it included. */
export function heapOfItem(samples: readonly Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.items <= first.items) {
    return 0;
  }
  return (last.heap - first.heap) / (last.items - first.items);
}

/** Per cent, from the first sample to the last. */
export function growth(samples: readonly Sample[], of: keyof Memory): number {
  const [first, last] = [samples[0]?.[of] ?? 0, samples.at(-1)?.[of] ?? 0];
  return first === 0 ? 0 : (100 * (last - first)) / first;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
