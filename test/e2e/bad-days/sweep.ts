import { BOUNDARIES } from '../../../local/faults/boundaries';
import type { Requests } from '../../../local/faults/fault';
import type { BadDay } from './bad-day';

/** Something that handlers bring about, which must come out the same wherever one of them is killed. */
export interface Scenario<Given> {
  /** A customer of its own, for each run. */
  readonly given: () => Promise<Given>;
  /** What the requests of a run are told from those of others by. */
  readonly about?: (given: Given) => readonly string[];
  /** The functions that are killed, by their path. @default - all */
  readonly function?: RegExp;
  /** What happens, and what whoever asks for it does when he is told that it has failed. */
  readonly when: (given: Given) => Promise<unknown>;
  /** Expects what must be true when all has healed. */
  readonly afterwards: (given: Given) => Promise<void>;
  /** Of more requests than that, so many are taken, evenly. @default 12 */
  readonly mostPlaces?: number;
  /** How many requests there are. @default - the first run is waited for, and tells */
  readonly requests?: number;
  /** Runs at a time. @default 4 */
  readonly parallel?: number;
}

export interface Sweep {
  /** Requests that went out of handlers when none was killed. */
  readonly requests: number;
  /** Runs in which a handler was to be killed. */
  readonly runs: number;
  /** Those in which it was: events of one purchase race each other, so that a run may have fewer requests than the first. */
  readonly kills: number;
}

/**
 * Secrets are kept for minutes by environments that live on, so that how often they are asked for differs from run to run; nothing has
 * been done by then.
 */
const COUNTED = BOUNDARIES.filter((boundary) => boundary !== 'secretsmanager');

/**
 * Runs a scenario once as it is, which tells how many requests its handlers make; then again and again, with the handler killed before
 * and after each of them: so at each await behind which something outside has changed, or might have.
 */
export async function killAtEachRequest<Given>({ faults }: BadDay, scenario: Scenario<Given>): Promise<Sweep> {
  const { parallel = 4, mostPlaces = 12 } = scenario;
  const asked = (given: Given): Requests => ({
    boundary: COUNTED,
    function: scenario.function,
    about: scenario.about?.(given),
  });
  const first = await scenario.given();
  const recording = faults.record(asked(first));
  const whole = (async () => {
    await scenario.when(first);
    recording.stop();
    await scenario.afterwards(first);
  })();
  if (scenario.requests === undefined) {
    await whole;
  }
  const requests = scenario.requests ?? recording.requests.length;
  const waiting = placesOf(requests, mostPlaces).flatMap((place) =>
    (['killed before', 'killed after'] as const).map((kind) => ({ place, kind })),
  );
  const runs = waiting.length;
  let kills = 0;
  const work = async () => {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
      const given = await scenario.given();
      const rule = faults.add({ ...asked(given), after: run.place - 1, times: 1, fault: { kind: run.kind } });
      try {
        await scenario.when(given);
        rule.lift();
        await scenario.afterwards(given);
      } catch (error) {
        const where = `${run.kind} request ${run.place} of ${requests}: ${recording.requests[run.place - 1]?.operation}`;
        throw new Error(where, { cause: error });
      } finally {
        rule.lift();
      }
      kills += rule.struck;
    }
  };
  await Promise.all([whole, ...Array.from({ length: parallel }, work)]);
  expect(recording.requests.length).toBe(requests);
  return { requests, runs, kills };
}

/** From the first to the last. */
function placesOf(requests: number, most: number): readonly number[] {
  const count = Math.min(requests, most);
  const step = count > 1 ? (requests - 1) / (count - 1) : 0;
  return Array.from({ length: count }, (_, index) => 1 + Math.round(index * step));
}

/** Expects that there was something to kill, and that most kills have come about. */
export function expectSwept({ requests, runs, kills }: Sweep, least: number): void {
  process.stderr.write(`    ${expect.getState().currentTestName}: ${requests} requests, ${kills} of ${runs} killed\n`);
  expect(requests).toBeGreaterThanOrEqual(least);
  expect(kills).toBeGreaterThanOrEqual(runs * 0.5);
}
