import { EnvironmentEstimate, RecentRate } from '../../../lambda/domain/lease-estimates';

describe('how fast a caller spends', () => {
  let rate: RecentRate;
  const add = (...calls: [at: number, units: number][]) => {
    for (const [at, units] of calls) {
      rate.add(at, units);
    }
  };

  beforeEach(() => {
    rate = new RecentRate();
  });

  test('is not known of who has called once, or never', () => {
    expect(rate.perSecond(0)).toBe(0);
    add([0, 9]);
    expect(rate.perSecond(100)).toBe(0);
  });

  test('is known after two calls, from what came after the first', () => {
    add([0, 9], [100, 5]);
    expect(rate.perSecond(100)).toBe(50);
    expect(rate.perSecond(200)).toBe(25);
  });

  test('is told from two calls of one millisecond as if that had passed', () => {
    add([0, 1], [0, 1]);
    expect(rate.perSecond(0)).toBe(1_000);
  });

  test('forgets a call after two seconds', () => {
    add([0, 50], [1_000, 50], [1_500, 50]);
    expect(rate.perSecond(1_999)).toBeCloseTo(100_000 / 1_999);
    expect(rate.perSecond(2_000)).toBe(50);
  });

  test('is told from the last sixteen calls', () => {
    add([0, 100], [0, 100]);
    for (let call = 0; call < 16; call++) {
      add([10 + call, 1]);
    }
    expect(rate.perSecond(30)).toBe(750);
  });
});

describe('how many environments spend of a balance', () => {
  let estimate: EnvironmentEstimate;

  beforeEach(() => {
    estimate = new EnvironmentEstimate();
  });

  test('is one, as long as nothing is known', () => {
    expect(estimate.count()).toBe(1);
    estimate.observe(900, 100);
    expect(estimate.count()).toBe(1);
  });

  test('is one more for each that takes as much as this one', () => {
    estimate.observe(900, 100);
    estimate.observe(600, 100);
    expect(estimate.count()).toBe(3);
  });

  test('follows what happens, and forgets what was', () => {
    estimate.observe(900, 100);
    estimate.observe(600, 100);
    // Nobody else any more: what was counts for 0.7 of it.
    estimate.observe(500, 100);
    expect(estimate.count()).toBeCloseTo(1 + 140 / 170);
    estimate.observe(400, 100);
    expect(estimate.count()).toBeCloseTo(1 + 98 / 219);
  });

  test('is not told from a balance that has grown, by a payment or a new period', () => {
    estimate.observe(900, 100);
    estimate.observe(600, 100);
    estimate.observe(5_000, 100);
    expect(estimate.count()).toBe(3);
    estimate.observe(4_700, 100);
    expect(estimate.count()).toBe(3);
  });
});
