import { loadavg } from 'node:os';
import { ENGINES } from '../engines';
import type { Engine } from '../engines/engine';
import { record } from '../record.mjs';
import { aligned, rounded, text } from '../report';
import { median } from '../simulation/tally';
import { createTables, LocalClient, putCustomer } from './client';
import { atPace, type Pace, toTheEnd } from './run';

/**
 * The engines against AWS's DynamoDB Local, a process of its own behind real HTTP. It knows no capacity, and shares the machine with
 * the workers: read ratios, not seconds.
 */
const WORKERS = 16;
const PACE: Pace = { workers: WORKERS, callsPerSecond: 20, start: 2_000, milliseconds: 5_000 };
const QUICK: Pace = { ...PACE, start: 200, milliseconds: 500 };
const PLENTY = 10_000_000;
const QUOTA = 2_000;
const WARM_UP = 'warm-up';

const METRICS = [
  { metric: 'DynamoDB calls per 1,000 decisions', unit: '' },
  { metric: 'added p50', unit: 'ms' },
  { metric: 'added p99', unit: 'ms' },
  { metric: 'failed', unit: '%' },
  { metric: 'units oversold', unit: '' },
] as const;

/** The metrics of one engine, in their order. */
async function measure(engine: Engine, url: string, client: LocalClient, round: string, pace: Pace): Promise<number[]> {
  const [rich, poor] = [`rich-${engine.name}-${round}`, `poor-${engine.name}-${round}`];
  await putCustomer(client.sdk, engine, rich, PLENTY);
  await putCustomer(client.sdk, engine, poor, QUOTA);
  const { tally, calls } = await atPace(engine, url, rich, pace);
  const granted = await toTheEnd(engine, url, poor, WORKERS);
  const per1000 = (1_000 * calls) / Math.max(1, tally.decisions - tally.counts.failed);
  return [per1000, tally.wait(0.5), tally.wait(0.99), tally.failedPercent, Math.max(0, granted - QUOTA)];
}

async function main(url: string, quick: boolean): Promise<void> {
  const [rounds, pace] = quick ? [1, QUICK] : [3, PACE];
  const loadAverage = rounded(loadavg()[0] ?? 0);
  const client = new LocalClient(url, 4);
  await createTables(client.sdk, ENGINES);
  const samples = ENGINES.map((engine) => ({ engine, rounds: [] as number[][] }));
  for (const round of [WARM_UP, ...Array.from({ length: rounds }, (_, index) => `round ${index}`)]) {
    for (const sample of samples) {
      const values = await measure(sample.engine, url, client, round, round === WARM_UP ? QUICK : pace);
      if (round !== WARM_UP) {
        sample.rounds.push(values);
      }
    }
  }
  client.sdk.destroy();
  const figures = samples.flatMap(({ engine, rounds: of }) =>
    METRICS.map((names, index) => {
      const values = of.map((round) => rounded(round[index] ?? 0));
      return { engine: engine.name, ...names, values, median: median(values) };
    }),
  );
  const rows = samples.map(({ engine: { name } }) => [
    name,
    ...figures.filter(({ engine }) => engine === name).map((figure) => text(figure.median)),
  ]);
  const header = METRICS.map(({ metric, unit }) => (unit === '' ? metric : `${metric}, ${unit}`));
  const load = `${WORKERS} workers, ${WORKERS * pace.callsPerSecond} calls/s of one customer; then ${QUOTA} units to their end.`;
  process.stdout.write(`\n## DynamoDB Local\n${load}\n\n${aligned([['', ...header], ...rows])}\n`);
  process.stdout.write(
    `Medians of ${rounds} rounds, load average ${loadAverage} at the start. Read ratios, not seconds.\n`,
  );
  if (!quick) {
    const conditions = { emulator: process.env.DYNAMODB_LOCAL_PACKAGE, loadAverage, rounds, ...pace, quota: QUOTA };
    await record('dynamoDbLocal', { read: 'ratios, not seconds', ...conditions, figures });
  }
}

main(process.env.DYNAMODB_LOCAL_URL ?? '', process.argv.includes('--quick')).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
