import type { Engine } from './engines/engine';
import type { Scenario } from './scenarios/scenario';
import { simulate } from './simulation/simulate';
import { median } from './simulation/tally';

export interface Sample {
  readonly scenario: string;
  readonly variant: string;
  readonly engine: string;
  readonly metric: string;
  readonly unit: string;
  readonly value: number;
}

export interface Figure extends Omit<Sample, 'value'> {
  /** One for each seed, in their order. */
  readonly values: readonly number[];
  readonly median: number;
}

/** One scenario with one seed: all engines, its own where it has some, each under the same calls. */
export async function measure(scenario: Scenario, engines: readonly Engine[], seed: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const variant of scenario.variants) {
    for (const engine of scenario.engines ?? engines) {
      const outcome = await simulate(engine, variant.load, seed);
      for (const { name, unit, of } of scenario.metrics) {
        const names = { scenario: scenario.title, variant: variant.name, engine: engine.name, metric: name, unit };
        samples.push({ ...names, value: of(outcome) });
      }
    }
  }
  return samples;
}

/** The samples of several seeds, in their order. */
export function figuresOf(samples: readonly Sample[]): Figure[] {
  const figures = new Map<string, Omit<Sample, 'value'> & { readonly values: number[] }>();
  for (const { value, ...names } of samples) {
    const id = JSON.stringify(names);
    const figure = figures.get(id) ?? { ...names, values: [] };
    figures.set(id, figure);
    figure.values.push(value);
  }
  return [...figures.values()].map((figure) => ({ ...figure, median: median(figure.values) }));
}
