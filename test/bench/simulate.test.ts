import { conditionalUpdate, getThenUpdate } from '../../bench/engines/hand-written';
import { exact, leased } from '../../bench/engines/paywall';
import { hotCustomer } from '../../bench/scenarios/hot-customer';
import { type Load, simulate } from '../../bench/simulation/simulate';

const LOAD: Load = {
  customers: [hotCustomer(300, 1_500)],
  environments: 16,
  placement: 'spread',
  milliseconds: 500,
};

test('the same seed brings the same run, another seed another one', async () => {
  const [first, again, other] = [
    await simulate(exact, LOAD, 1),
    await simulate(exact, LOAD, 1),
    await simulate(exact, LOAD, 2),
  ];
  expect(again).toEqual(first);
  expect(other.total.wait(0.5)).not.toBe(first.total.wait(0.5));
});

test('the same seed brings the same calls to every engine', async () => {
  const load = { ...LOAD, environments: 1_000 };
  const [one, another] = [await simulate(exact, load, 3), await simulate(getThenUpdate, load, 3)];
  expect(one.total.decisions).toBe(another.total.decisions);
});

describe.each([exact, leased])('conservation: $name', (engine) => {
  const hot = { ...LOAD, customers: [hotCustomer(3_000, 5_000)], milliseconds: 700 };

  async function outcomes(changes: Partial<Load>) {
    const runs = await Promise.all([1, 2].map((seed) => simulate(engine, { ...hot, ...changes }, seed)));
    for (const { total, credited, remaining } of runs) {
      expect(total.counts.granted).toBeGreaterThan(0);
      expect(remaining).toBeGreaterThanOrEqual(0);
      expect(total.counts.granted + remaining).toBeLessThanOrEqual(credited);
    }
    return runs;
  }

  test.each([
    ['to the end of a quota', {}],
    ['under throttling', { dynamoDb: { writeUnits: 100 } }],
    ['with environments that die', { deathsPerSecond: 50 }],
  ])('%s, every unit is granted, there, held, or lost with an environment', async (_, changes) => {
    for (const { total, credited, remaining, heldByEnvironments, lost } of await outcomes(changes)) {
      expect(total.counts.granted + remaining + heldByEnvironments + lost).toBe(credited);
    }
  });

  test('with lost answers, units are lost and none is made', async () => {
    for (const { total, credited, remaining, heldByEnvironments } of await outcomes({ dynamoDb: { lost: 0.1 } })) {
      expect(total.counts.granted + remaining + heldByEnvironments).toBeLessThan(credited);
    }
  });
});

test('an exact engine holds nothing once every call is answered', async () => {
  const { total, held, remaining } = await simulate(conditionalUpdate, LOAD, 1);
  expect({ held, remaining, granted: total.counts.granted }).toEqual({ held: 0, remaining: 0, granted: 300 });
});

test('reading before writing oversells, and the simulation shows it', async () => {
  const { total, credited } = await simulate(getThenUpdate, LOAD, 1);
  expect(total.counts.granted).toBeGreaterThan(credited);
});

test('calls beyond the environments that may run fail without a decision', async () => {
  const { total, usage } = await simulate(exact, { ...LOAD, environments: 1 }, 1);
  expect(total.counts.failed).toBeGreaterThan(0);
  expect(usage.calls).toBe(total.counts.granted + total.counts.refused);
});
