import fc from 'fast-check';
import {
  type DecidedCall,
  type DecisionBatch,
  DecisionWindow,
  MAX_LATENCIES,
  type UndecidedOutcome,
  WINDOW,
} from '../../../lambda/domain/decision-window';

const granted = (cost = 1, leased = false): DecidedCall => ({
  outcome: 'granted',
  customer: 'c1',
  plan: 'free',
  cost,
  leased,
});
const refused = (plan = 'free', amount?: number, currency = 'usd'): DecidedCall => ({
  outcome: 'payment_required',
  customer: 'c1',
  plan,
  cost: 1,
  reason: 'quota_exhausted',
  blocked: amount === undefined ? undefined : { amount, currency },
});

/** A window, the batches that have come of it, and calls at times in milliseconds. */
function windowAt(random = () => 0) {
  const batches: DecisionBatch[] = [];
  const window = new DecisionWindow((batch) => batches.push(batch), random);
  const call = (now: number, decided: DecidedCall | UndecidedOutcome = granted(), latency = 1) =>
    window.note(decided, latency, now);
  return { batches, window, call };
}

const NOTHING = {
  ...{ calls: 0, units: 0, leasedCalls: 0, unauthorized: 0, failed: 0, failOpenCalls: 0, storeRetries: 0 },
  ...{ refusals: [], blocked: [] },
};

test('a lone call is told at once', () => {
  const { batches, call } = windowAt();
  call(5_000, granted(3), 7);
  expect(batches).toEqual([{ ...NOTHING, at: 5_000, calls: 1, units: 3, latencies: [7] }]);
});

test('of calls in a row, all that have come are told with the first that ends ten seconds later', () => {
  const { batches, call } = windowAt();
  for (const now of [0, 1, 4_000, 9_999]) {
    call(now);
  }
  expect(batches.map(({ calls }) => calls)).toEqual([1]);
  call(10_000);
  expect(batches.map(({ at, calls }) => [at, calls])).toEqual([
    [0, 1],
    [10_000, 4],
  ]);
});

test('what a pause has held up is told under its own time', () => {
  const { batches, call } = windowAt();
  for (const now of [0, 1, 2_000, 600_000]) {
    call(now);
  }
  expect(batches.map(({ at, calls }) => [at, calls])).toEqual([
    [0, 1],
    [2_000, 2],
    [600_000, 1],
  ]);
});

test('a clock that is set back ends the window', () => {
  const { batches, call } = windowAt();
  for (const now of [1_000_000, 1_000_001, 900_000, 900_001]) {
    call(now);
  }
  expect(batches.map(({ at, calls }) => [at, calls])).toEqual([
    [1_000_000, 1],
    [1_000_001, 1],
    [900_000, 1],
  ]);
});

test('each outcome is counted as what it is', () => {
  const { batches, window, call } = windowAt();
  call(0);
  call(1, granted(5, true));
  call(2, { outcome: 'suspended', customer: 'c1', cost: 9 });
  call(3, refused('free', 0.5));
  call(4, refused('free', 0.25));
  call(5, refused('pro', 3, 'eur'));
  call(6, refused('pro'));
  call(7, 'unauthorized');
  call(8, 'failed');
  window.countStoreRetry();
  window.countFailOpenCall();
  call(WINDOW, granted(2));
  expect(batches[1]).toMatchObject({
    ...{ calls: 7, units: 7, leasedCalls: 1, unauthorized: 1, failed: 1, failOpenCalls: 1, storeRetries: 1 },
    refusals: [
      { reason: 'quota_exhausted', plan: 'free', calls: 2 },
      { reason: 'quota_exhausted', plan: 'pro', calls: 2 },
    ],
    blocked: [
      { currency: 'usd', amount: 0.75 },
      { currency: 'eur', amount: 3 },
    ],
  });
});

test('what could not be written is not told twice, and neither is what follows lost', () => {
  const batches: DecisionBatch[] = [];
  let broken = true;
  const window = new DecisionWindow(
    (batch) => {
      if (broken) {
        throw new Error('no space left');
      }
      batches.push(batch);
    },
    () => 0,
  );
  expect(() => window.note(granted(), 1, 0)).toThrow('no space left');
  broken = false;
  window.note(granted(), 1, WINDOW);
  expect(batches.map(({ calls }) => calls)).toEqual([1]);
});

const decisions = fc.oneof(
  fc.record({ cost: fc.nat(9), leased: fc.boolean() }).map(({ cost, leased }) => granted(cost, leased)),
  fc
    .record({ plan: fc.constantFrom('free', 'pro'), amount: fc.nat(9) })
    .map(({ plan, amount }) => refused(plan, amount)),
  fc.constantFrom<DecidedCall | UndecidedOutcome>('unauthorized', 'failed', {
    outcome: 'suspended',
    customer: 'c1',
    cost: 1,
  }),
);

test('over any pauses nothing is told twice, or lost, or under a time that is off by more than two windows', () => {
  const steps = fc.array(fc.record({ decided: decisions, pause: fc.oneof(fc.nat(3_000), fc.nat(30_000)) }), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, (calls) => {
      const { batches, call } = windowAt();
      const times: number[] = [];
      let now = 0;
      for (const { decided, pause } of calls) {
        now += pause;
        times.push(now);
        call(now, decided, times.length);
      }
      // One more, long after, brings what is still held.
      call(now + WINDOW, 'unauthorized', 0);
      const sum = (of: (batch: DecisionBatch) => number) => batches.reduce((total, batch) => total + of(batch), 0);
      const all = calls.map(({ decided }) => decided);
      const known = all.filter((decided): decided is DecidedCall => typeof decided === 'object');
      expect(sum((batch) => batch.calls)).toBe(known.length);
      expect(sum((batch) => batch.unauthorized + batch.failed)).toBe(all.length - known.length + 1);
      expect(sum(({ units }) => units)).toBe(
        known.reduce((units, { outcome, cost }) => units + (outcome === 'granted' ? cost : 0), 0),
      );
      expect(sum(({ refusals }) => refusals.reduce((count, refusal) => count + refusal.calls, 0))).toBe(
        known.filter(({ outcome }) => outcome === 'payment_required').length,
      );
      // Latencies stand for the calls here: each is one's own.
      const told = batches.flatMap(({ at, latencies }) => latencies.map((latency) => ({ at, latency })));
      expect(told.map(({ latency }) => latency)).toEqual([...times.map((_, index) => index + 1), 0]);
      for (const { at, latency } of told.slice(0, -1)) {
        expect(Math.abs(at - (times[latency - 1] ?? 0))).toBeLessThan(2 * WINDOW);
      }
    }),
  );
});

test('of more calls than a line can hold the latencies of, each is as likely to be in the sample', () => {
  const drawn = new Map<number, number>();
  let seed = 1;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const [rounds, calls] = [300, 3 * MAX_LATENCIES];
  for (let round = 0; round < rounds; round++) {
    const { batches, call } = windowAt(random);
    call(0);
    for (let index = 1; index <= calls; index++) {
      call(index === calls ? WINDOW : index, granted(), index);
    }
    expect(batches[1]?.latencies).toHaveLength(MAX_LATENCIES);
    for (const latency of batches[1]?.latencies ?? []) {
      drawn.set(latency, (drawn.get(latency) ?? 0) + 1);
    }
  }
  // A third of the rounds each, give or take what chance does: five standard deviations.
  const expected = rounds / 3;
  for (let latency = 1; latency <= calls; latency++) {
    expect(Math.abs((drawn.get(latency) ?? 0) - expected)).toBeLessThan(5 * Math.sqrt((rounds * 2) / 9));
  }
});
