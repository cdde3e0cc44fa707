import { decisionsOf, describeCounts, newCounts } from './lease-model/books';
import { check } from './lease-model/check';
import { engine } from './lease-model/environment';
import { whatever } from './lease-model/scenario';

/** `FC_SEED=42 FC_DECISIONS=5000 npm run test:properties` */
const SEED = Number(process.env.FC_SEED ?? Math.floor(Math.random() * 2 ** 31));
const DECISIONS = Number(process.env.FC_DECISIONS ?? 1_000_000);

const SCENARIOS_A_SEED = 200;
const TIME_LIMIT = 30 * 60_000;

test(
  `over ${DECISIONS} decisions, no unit is granted that was not credited, and none is lost but as it may be`,
  async () => {
    // Past the console, which Jest decorates and holds back.
    process.stdout.write(`seed ${SEED}\n`);
    const counts = newCounts();
    const before = process.cpuUsage();
    for (let seed = SEED; decisionsOf(counts) < DECISIONS; seed++) {
      await check(whatever, engine, { seed, runs: SCENARIOS_A_SEED, counts });
    }
    const { user, system } = process.cpuUsage(before);
    process.stdout.write(`${describeCounts(counts)}\n${((user + system) / 1e6).toFixed(1)} s of CPU\n`);
    expect(decisionsOf(counts)).toBeGreaterThanOrEqual(DECISIONS);
    expect(Object.entries(counts).filter(([, count]) => count === 0)).toEqual([]);
  },
  TIME_LIMIT,
);
