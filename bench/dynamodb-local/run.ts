import { setTimeout as sleep } from 'node:timers/promises';
import type { Decider, Engine } from '../engines/engine';
import { Tally } from '../simulation/tally';
import { LocalClient } from './client';

interface Worker {
  readonly client: LocalClient;
  readonly decider: Decider;
}

/** One environment each: one call at a time, and a client, a connection and a store of its own. */
function start(engine: Engine, url: string, workers: number): Worker[] {
  return Array.from({ length: workers }, () => {
    const client = new LocalClient(url, engine.retries.attempts);
    const milliseconds = () => performance.now();
    return { client, decider: engine.open({ client, milliseconds, random: Math.random }) };
  });
}

export interface Pace {
  readonly workers: number;
  /** Of each worker. */
  readonly callsPerSecond: number;
  /** Milliseconds in which every worker learns how busy the customer is; not counted. */
  readonly start: number;
  readonly milliseconds: number;
}

/** Calls at a pace that every engine can keep, of a customer who has plenty. */
export async function atPace(engine: Engine, url: string, customer: string, pace: Pace) {
  const workers = start(engine, url, pace.workers);
  const tally = new Tally();
  const begin = performance.now();
  const interval = 1_000 / pace.callsPerSecond;
  let calls = 0;
  await Promise.all(
    workers.map(async ({ client, decider }, index) => {
      let callsBefore: number | undefined;
      for (let at = (interval * index) / pace.workers; at < pace.start + pace.milliseconds; at += interval) {
        await sleep(Math.max(0, begin + at - performance.now()));
        if (at >= pace.start) {
          callsBefore ??= client.calls;
        }
        const called = performance.now();
        const verdict = await decider.decide(customer);
        if (callsBefore !== undefined) {
          tally.add(verdict, performance.now() - called);
        }
      }
      calls += client.calls - (callsBefore ?? 0);
    }),
  );
  stop(workers);
  return { tally, calls };
}

/** How often each worker asks on once it is refused: units may be held elsewhere. */
const REFUSALS = 10;

/** Calls as fast as each worker can, until nothing is left; tells how many were granted. */
export async function toTheEnd(engine: Engine, url: string, customer: string, count: number): Promise<number> {
  const workers = start(engine, url, count);
  let granted = 0;
  await Promise.all(
    workers.map(async ({ decider }) => {
      for (let refused = 0; refused < REFUSALS; ) {
        const verdict = await decider.decide(customer);
        granted += verdict === 'granted' ? 1 : 0;
        refused += verdict === 'granted' ? 0 : 1;
      }
    }),
  );
  stop(workers);
  return granted;
}

function stop(workers: readonly Worker[]): void {
  for (const { client } of workers) {
    client.sdk.destroy();
  }
}
