import type { ChargeRequest } from '../../../lambda/domain/charge';
import { type Lease, newLease } from '../../../lambda/domain/lease';
import { crowdBlock, nextBlock } from '../../../lambda/domain/lease-blocks';
import { balance, NOW } from '../fixtures';

const MAX = 1_000;

/** An environment that has taken `block` units at last, knows of `environments`, and is called so often. */
function lease({ left = 1_000_000, block = 10_000, perSecond = 100_000, environments = 1 }): Lease {
  const known = newLease();
  known.balance = balance({ remaining: left });
  known.block = block;
  known.rate.add(NOW, 1);
  known.rate.add(NOW, perSecond / 1_000);
  known.environments.observe(1_000_000, 1);
  known.environments.observe(1_000_000 - environments, 1);
  return known;
}

function request(cost = 1): ChargeRequest {
  return { customer: 'c1', credential: { keyId: 'key001', keyHash: new Uint8Array(32) }, cost };
}

const next = (of: Parameters<typeof lease>[0], cost = 1) => nextBlock(lease(of), request(cost), MAX, NOW);
const crowd = (of: Parameters<typeof lease>[0], cost = 1) => crowdBlock(lease(of), request(cost), MAX);

describe('a block is', () => {
  test('as large as it may be, for a busy caller with plenty', () => {
    expect(next({})).toBe(MAX);
  });

  test('at most twice the one before, or twice the cost of the call', () => {
    expect(next({ block: 20 })).toBe(40);
    expect(next({ block: 1 }, 30)).toBe(60);
  });

  test('at most one second of the caller’s own traffic', () => {
    expect(next({ perSecond: 70 })).toBe(70);
  });

  test('longer than that among more than 300 environments, as one item takes the writes of all', () => {
    expect(next({ perSecond: 70, environments: 300 })).toBe(70);
    expect(next({ perSecond: 70, environments: 600 })).toBe(140);
  });

  test('at most a quarter of what is left, shared by all environments', () => {
    expect(next({ left: 2_000 })).toBe(500);
    expect(next({ left: 2_000, environments: 5 })).toBe(100);
  });

  test('none at all, where less than 256 units are left or nothing is known', () => {
    expect(next({ left: 256 })).toBe(64);
    expect(next({ left: 255 })).toBe(0);
    expect(nextBlock(newLease(), request(), MAX, NOW)).toBe(0);
  });

  test('none at all, where it would not last for one more call', () => {
    expect(next({ perSecond: 2 })).toBe(2);
    expect(next({ perSecond: 1 })).toBe(0);
    expect(next({ perSecond: 9 }, 9)).toBe(9);
    expect(next({ perSecond: 8 }, 9)).toBe(0);
  });
});

describe('where the store refuses writes, a block is', () => {
  test('enough for sixteen calls', () => {
    expect(crowd({})).toBe(16);
    expect(crowd({}, 3)).toBe(48);
  });

  test('no larger than any', () => {
    expect(crowd({}, 100)).toBe(MAX);
  });

  test('at most a quarter of what is left, shared by all environments', () => {
    expect(crowd({ left: 400 }, 10)).toBe(100);
    expect(crowd({ left: 400, environments: 5 }, 10)).toBe(20);
  });

  test('that large too where nothing is known of the balance', () => {
    expect(crowdBlock(newLease(), request(), MAX)).toBe(16);
  });

  test('none at all, where less than 256 units are left, or it is not enough for one call', () => {
    expect(crowd({ left: 256 })).toBe(16);
    expect(crowd({ left: 255 })).toBe(0);
    expect(crowd({ left: 400 }, 100)).toBe(100);
    expect(crowd({ left: 400 }, 101)).toBe(0);
  });
});
