import fc from 'fast-check';

/** How a write ends: as DynamoDB's can, seen from an environment. */
export type Fate = 'done' | 'throttled' | 'answer lost' | 'done twice';

export interface Write {
  readonly fate: Fate;
  /** How many turns of others' promises its answer comes after. */
  readonly late: number;
}

/** One thing that happens. `writes` tells the fates of its first writes; those after them are done. */
export type Step =
  /** Calls one after the other, `wait` milliseconds before each. */
  | {
      readonly kind: 'call';
      readonly at: number;
      readonly key: number;
      readonly cost: number;
      readonly calls: number;
      readonly wait: number;
      readonly writes: readonly Write[];
    }
  /** Calls of one unit side by side. Lambda never does that; the engine holds without it. */
  | { readonly kind: 'burst'; readonly at: number; readonly calls: number; readonly writes: readonly Write[] }
  | { readonly kind: 'top-up'; readonly units: number }
  | { readonly kind: 'second key' }
  | { readonly kind: 'crash'; readonly at: number }
  | { readonly kind: 'pass'; readonly seconds: number }
  | { readonly kind: 'clock'; readonly at: number; readonly skew: number };

export interface Scenario {
  /** Units a period. */
  readonly quota: number;
  /** Units that are bought before the first step. */
  readonly bought: number;
  readonly maxBlock: number;
  /** @default - fails closed */
  readonly openCallsPerMinute?: number;
  /** Seconds by which each environment's clock is wrong. */
  readonly skews: readonly number[];
  readonly steps: readonly Step[];
}

const ENVIRONMENTS = 4;
const MINUTES = 300;

const environment = fc.nat(ENVIRONMENTS - 1);
const skew = fc.integer({ min: -MINUTES, max: MINUTES });

const moments = fc.integer({ min: 1, max: 60 });
const hours = fc.integer({ min: 20_000, max: 90_000 });

const done = fc.record<Write>({ fate: fc.constant('done'), late: fc.nat(3) });
const faulty = fc.record<Write>({
  fate: fc.constantFrom('done', 'throttled', 'answer lost', 'done twice'),
  late: fc.nat(3),
});

function steps(writes: fc.Arbitrary<readonly Write[]>): fc.WeightedArbitrary<Step>[] {
  const call = {
    kind: fc.constant('call' as const),
    at: environment,
    key: fc.constantFrom(1, 1, 1, 2),
    cost: fc.integer({ min: 0, max: 9 }),
    wait: fc.nat(300),
    writes,
  };
  const burst = {
    kind: fc.constant('burst' as const),
    at: environment,
    calls: fc.integer({ min: 2, max: 60 }),
    writes,
  };
  return [
    { weight: 16, arbitrary: fc.record({ ...call, calls: fc.constant(1) }) },
    { weight: 4, arbitrary: fc.record({ ...call, calls: fc.integer({ min: 2, max: 80 }), wait: fc.nat(30) }) },
    { weight: 1, arbitrary: fc.record(burst) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('top-up'), units: fc.integer({ min: 1, max: 1_000 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash'), at: environment }) },
  ];
}

function scenario(
  weighted: fc.WeightedArbitrary<Step>[],
  skews: fc.Arbitrary<number>,
  openCallsPerMinute: fc.Arbitrary<number | undefined>,
): fc.Arbitrary<Scenario> {
  return fc.record({
    quota: fc.constantFrom(50, 1_000, 3_000),
    bought: fc.constantFrom(0, 0, 900),
    maxBlock: fc.constantFrom(5, 100, 1_000),
    openCallsPerMinute,
    skews: fc.array(skews, { minLength: ENVIRONMENTS, maxLength: ENVIRONMENTS }),
    steps: fc.array(fc.oneof(...weighted), { maxLength: 100, size: 'max' }),
  });
}

/** Every write is done and answered, clocks agree, and the period does not end. */
export const quiet = scenario(steps(fc.array(done, { maxLength: 3 })), fc.constant(0), fc.constant(undefined));

/** Throttling, lost answers, retries that are done twice, crashes, periods, and clocks that are minutes wrong and are set. */
export const whatever = scenario(
  [
    ...steps(fc.array(faulty, { maxLength: 3 })),
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass'), seconds: fc.oneof(moments, hours) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('clock'), at: environment, skew }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('second key') }) },
  ],
  skew,
  fc.constantFrom(undefined, undefined, 3),
);
