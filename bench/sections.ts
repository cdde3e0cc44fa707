import { figuresOf } from './measure';
import { measureModels, modelsMisses, modelsTable } from './models';
import { misses, results, surroundings, table } from './report';
import { SIMULATED, type SimulatedSection } from './scenarios';
import { measureSoak, soakMisses, soakResults, soakTable } from './soak';
import { measureWebhooks, webhooksMisses, webhooksResults, webhooksTable } from './webhooks';
import { inParallel } from './workers';

/** What one section has measured. */
export interface Measured {
  /** For whoever looks on. */
  readonly text: string;
  /** Lines about targets that were not reached. */
  readonly missed: readonly string[];
  /** For results.json, with its own date. */
  readonly results: object;
}

async function simulated(section: SimulatedSection, quick: boolean): Promise<Measured> {
  const seeds = quick ? [1] : [1, 2, 3];
  const scale = quick ? 0.05 : 1;
  const start = performance.now();
  const all = SIMULATED[section](scale);
  const jobs = seeds.flatMap((seed) => all.map((_, scenario) => ({ section, scale, scenario, seed })));
  const samples = await inParallel(jobs, (done) => {
    if (process.stderr.isTTY) {
      process.stderr.write(`\r${section}: ${done} of ${jobs.length} runs`);
    }
  });
  const figures = figuresOf(samples.flat());
  const seconds = Math.round((performance.now() - start) / 1_000);
  return {
    text: `${table(all, figures)}\n\nMedians of ${seeds.length} seeds; ${seconds} s.`,
    missed: misses(all, figures).map(
      ({ figure, atMost }) =>
        `${figure.scenario}, ${figure.variant}, ${figure.metric}: ${figure.median.toFixed(2)}, not ${atMost}`,
    ),
    results: results(all, figures, { seeds, seconds }),
  };
}

async function webhooks(quick: boolean): Promise<Measured> {
  const measured = await measureWebhooks(quick);
  return {
    text: webhooksTable(measured),
    missed: webhooksMisses(measured),
    results: { ...surroundings(), ...webhooksResults(measured) },
  };
}

async function soak(quick: boolean): Promise<Measured> {
  const measured = await measureSoak(quick);
  return {
    text: soakTable(measured),
    missed: soakMisses(measured),
    results: { ...surroundings(), ...soakResults(measured) },
  };
}

async function models(quick: boolean): Promise<Measured> {
  const measured = await measureModels(quick);
  return {
    text: modelsTable(measured),
    missed: modelsMisses(measured),
    results: { ...surroundings(), ...measured },
  };
}

/** The parts of the benchmark, each of which can be run alone. */
export const SECTIONS = {
  engines: (quick: boolean) => simulated('engines', quick),
  crediting: (quick: boolean) => simulated('crediting', quick),
  webhooks,
  soak,
  models,
} as const;

export type SectionName = keyof typeof SECTIONS;

/** The sections that `--only` names, separated by commas; all of them without it. */
export function chosenSections(args: readonly string[]): SectionName[] {
  const all = Object.keys(SECTIONS) as SectionName[];
  const position = args.indexOf('--only');
  if (position < 0) {
    return all;
  }
  const wanted = (args[position + 1] ?? '').split(',');
  const unknown = wanted.filter((name) => !all.includes(name as SectionName));
  if (unknown.length > 0) {
    throw new Error(`--only takes ${all.join(', ')}, separated by commas, got: ${unknown.join(', ')}`);
  }
  return all.filter((name) => wanted.includes(name));
}

/** The recorded results with one section anew; the engines' are not in a section of their own, as they were there first. */
export function merged(recorded: object, section: SectionName, measured: object): object {
  return section === 'engines' ? { ...recorded, ...measured } : { ...recorded, [section]: measured };
}
