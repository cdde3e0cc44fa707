import fc from 'fast-check';
import { examples } from '../../../support/examples';
import { type Counts, newCounts } from './books';
import type { Engine } from './environment';
import type { Scenario } from './scenario';
import { simplest } from './simplest';
import { World } from './world';

export interface Runs {
  readonly seed?: number;
  readonly runs: number;
  readonly counts?: Counts;
}

/** Throws with a story in words, as short as it could be made, where the engine breaks a promise. */
export async function check(scenarios: fc.Arbitrary<Scenario>, engine: Engine, options: Runs): Promise<void> {
  const { seed, runs, counts = newCounts() } = options;
  const property = fc.asyncProperty(scenarios, (scenario) => new World(scenario, engine, counts).run());
  const settings = { ...examples(runs), endOnFailure: true, ...(seed !== undefined && { seed }) };
  const { counterexample, seed: used } = await fc.check(property, settings);
  if (counterexample !== null) {
    const scenario = await simplestOf(counterexample[0], engine);
    const trace: string[] = [];
    const promise = await broken(scenario, engine, trace);
    const { steps, ...start } = scenario;
    const story = [promise, `It began with ${JSON.stringify(start)}.`, ...folded(trace)];
    throw new Error(`${story.join('\n')}\nThe seed was ${used}.`);
  }
}

function simplestOf(scenario: Scenario, engine: Engine): Promise<Scenario> {
  if (fc.readConfigureGlobal().endOnFailure === true) {
    return Promise.resolve(scenario);
  }
  return simplest(scenario, async (candidate) => (await broken(candidate, engine)) !== undefined);
}

/** Which promise is broken; nothing where none is. */
async function broken(scenario: Scenario, engine: Engine, trace?: string[]): Promise<string | undefined> {
  try {
    await new World(scenario, engine, newCounts(), trace).run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What happens many times in a row is told once. */
function folded(lines: readonly string[]): string[] {
  const told: { readonly line: string; times: number }[] = [];
  for (const line of lines) {
    const last = told.at(-1);
    if (last?.line === line) {
      last.times++;
    } else {
      told.push({ line, times: 1 });
    }
  }
  return told.map(({ line, times }) => (times === 1 ? line : `${line}, ${times} times`));
}
