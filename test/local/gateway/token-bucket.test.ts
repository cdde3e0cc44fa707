import fc from 'fast-check';
import { fullBucket, type Throttle, takeToken } from '../../../local/gateway/token-bucket';

function admitted(throttle: Throttle, times: readonly number[]): number {
  let bucket = fullBucket(throttle, times[0] ?? 0);
  let count = 0;
  for (const now of times) {
    const { taken, bucket: next } = takeToken(bucket, throttle, now);
    bucket = next;
    count += taken ? 1 : 0;
  }
  return count;
}

test('a burst passes, and then the rate', () => {
  const throttle = { rateLimit: 2, burstLimit: 3 };
  expect(admitted(throttle, [0, 0, 0, 0])).toBe(3);
  expect(admitted(throttle, [0, 0, 0, 0, 499, 500, 501])).toBe(4);
  expect(admitted(throttle, [0, 0, 0, 60_000, 60_000, 60_000, 60_000])).toBe(6);
});

test('a rate below one a second refills slowly', () => {
  expect(admitted({ rateLimit: 0.1, burstLimit: 1 }, [0, 9_999, 10_001])).toBe(2);
});

describe('properties', () => {
  const throttles = fc.record({
    rateLimit: fc.integer({ min: 1, max: 50 }),
    burstLimit: fc.integer({ min: 1, max: 20 }),
  });
  const gaps = fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 60 });

  test('never more than the burst and what the rate gives in the time', () => {
    fc.assert(
      fc.property(throttles, gaps, (throttle, steps) => {
        let now = 0;
        const times = steps.map((step) => (now += step));
        const elapsed = (now - (times[0] ?? 0)) / 1000;
        expect(admitted(throttle, times)).toBeLessThanOrEqual(
          throttle.burstLimit + elapsed * throttle.rateLimit + 1e-6,
        );
      }),
    );
  });

  test('a caller who keeps to the rate is never refused', () => {
    fc.assert(
      fc.property(throttles, fc.integer({ min: 1, max: 60 }), (throttle, calls) => {
        const times = Array.from({ length: calls }, (_, index) => Math.ceil((index * 1000) / throttle.rateLimit));
        expect(admitted({ ...throttle, burstLimit: throttle.burstLimit + 1 }, times)).toBe(calls);
      }),
    );
  });

  test('a clock that runs backwards gives nothing', () => {
    fc.assert(
      fc.property(throttles, fc.array(fc.integer({ min: -10_000, max: 0 }), { maxLength: 60 }), (throttle, times) => {
        expect(admitted(throttle, [0, ...times])).toBeLessThanOrEqual(throttle.burstLimit);
      }),
    );
  });
});
