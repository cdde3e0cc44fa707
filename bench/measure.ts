import type { Engine } from './engines/engine';
import type { Scenario } from './scenarios/scenario';
import { simulate } from './simulation/simulate';
import { median } from './simulation/tally';

export interface Figure {
  readonly scenario: string;
  readonly variant: string;
  readonly engine: string;
  readonly metric: string;
  readonly unit: string;
  /** One for each seed, in their order. */
  readonly values: readonly number[];
  readonly median: number;
}

interface Run {
  readonly scenario: Scenario;
  readonly variant: Scenario['variants'][number];
  readonly engine: Engine;
  readonly values: Map<string, number[]>;
}

/** Seed by seed, and engine by engine within each, so that no engine has the warmer machine. */
export async function measure(
  scenarios: readonly Scenario[],
  engines: readonly Engine[],
  seeds: readonly number[],
  onProgress: (done: number, of: number) => void = () => {},
): Promise<Figure[]> {
  const runs: Run[] = scenarios.flatMap((scenario) =>
    scenario.variants.flatMap((variant) =>
      engines
        .filter(scenario.engines ?? (() => true))
        .map((engine) => ({ scenario, variant, engine, values: new Map<string, number[]>() })),
    ),
  );
  let done = 0;
  for (const seed of seeds) {
    for (const { scenario, variant, engine, values } of runs) {
      const outcome = await simulate(engine, variant.load, seed);
      for (const { name, of } of scenario.metrics) {
        values.set(name, [...(values.get(name) ?? []), of(outcome)]);
      }
      onProgress(++done, runs.length * seeds.length);
    }
  }
  return runs.flatMap(({ scenario, variant, engine, values }) =>
    scenario.metrics.map(({ name, unit }) => ({
      scenario: scenario.title,
      variant: variant.name,
      engine: engine.name,
      metric: name,
      unit,
      values: values.get(name) ?? [],
      median: median(values.get(name) ?? []),
    })),
  );
}
