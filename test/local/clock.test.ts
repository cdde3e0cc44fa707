import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalClock } from '../../local/clock';

const DAY = 86_400_000;

test('it is the machine’s until it is moved, and goes on from there', () => {
  let machine = 1_000;
  const clock = new LocalClock({ machine: () => machine });
  expect(clock.now()).toBe(1_000);
  clock.moveTo(1_000 + DAY);
  machine += 5;
  expect(clock.now()).toBe(1_005 + DAY);
});

test('it does not go back', () => {
  const clock = new LocalClock({ machine: () => 1_000 });
  clock.moveTo(2_000);
  expect(() => clock.moveTo(1_999)).toThrow('the clock goes ahead only, got: -1 ms');
  expect(clock.now()).toBe(2_000);
});

test('others read how far it was moved from memory that they share', () => {
  const clock = new LocalClock();
  const shared = new BigInt64Array(clock.shared);
  const before = clock.now();
  clock.moveTo(before + DAY);
  expect(Number(shared[0])).toBeGreaterThan(DAY - 1_000);
  expect(Number(shared[0])).toBeLessThanOrEqual(DAY);
});

test('what waits for a time that is over runs, once; what does not, waits on', async () => {
  const clock = new LocalClock();
  const ran: string[] = [];
  clock.after(60_000, () => ran.push('in a minute'));
  clock.after(DAY, () => ran.push('in a day'));
  clock.after(60_000, () => ran.push('taken back'))();
  // WHEN
  clock.moveTo(clock.now() + 60_000);
  expect(ran).toEqual([]);
  await sleep(20);
  clock.moveTo(clock.now() + 60_000);
  await sleep(20);
  // THEN
  expect(ran).toEqual(['in a minute']);
});

test('it comes nearer by what the clock is moved', async () => {
  const clock = new LocalClock();
  let ran = false;
  clock.after(60_000, () => {
    ran = true;
  });
  clock.moveTo(clock.now() + 59_980);
  await sleep(100);
  expect(ran).toBe(true);
});

test('with a file, it is as far ahead the next time', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-paywall-clock-'));
  try {
    const file = join(folder, 'data', 'clock.json');
    new LocalClock({ file, machine: () => 1_000 }).moveTo(1_000 + DAY);
    expect(new LocalClock({ file, machine: () => 3_000 }).now()).toBe(3_000 + DAY);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
