import { ENGINES } from './engines';
import { measure, type Sample } from './measure';
import { SIMULATED, type SimulatedSection } from './scenarios';

/** One scenario with one seed, for a process of its own: time is virtual, so processes do not disturb one another's figures. */
export interface Job {
  readonly section: SimulatedSection;
  readonly scale: number;
  readonly scenario: number;
  readonly seed: number;
}

export async function work({ section, scale, scenario, seed }: Job): Promise<Sample[]> {
  const chosen = SIMULATED[section](scale)[scenario];
  if (chosen === undefined) {
    throw new Error(`section ${section} has no scenario ${scenario}`);
  }
  return measure(chosen, ENGINES, seed);
}

if (process.send !== undefined) {
  process.on('message', (job: Job) => {
    work(job).then(
      (samples) => process.send?.(samples),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
