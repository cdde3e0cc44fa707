import { Scheduler } from '../../bench/simulation/scheduler';

test('events happen in the order of their time, and of their planning within one instant', async () => {
  const scheduler = new Scheduler();
  const happened: string[] = [];
  for (const [name, delay] of [
    ['late', 30],
    ['first', 10],
    ['second', 10],
    ['now', 0],
  ] as const) {
    scheduler.after(delay, () => happened.push(`${name} at ${scheduler.now}`));
  }
  await scheduler.run();
  expect(happened).toEqual(['now at 0', 'first at 10', 'second at 10', 'late at 30']);
});

test('promises settle before time goes on, however long their chain', async () => {
  const scheduler = new Scheduler();
  const times: number[] = [];
  scheduler.after(5, () => {
    void (async () => {
      for (let link = 0; link < 1_000; link++) {
        await Promise.resolve();
      }
      times.push(scheduler.now);
      await scheduler.sleep(7);
      times.push(scheduler.now);
    })();
  });
  scheduler.after(6, () => times.push(scheduler.now));
  await scheduler.run();
  expect(times).toEqual([5, 6, 12]);
});

test('many events in any order come out sorted', async () => {
  const scheduler = new Scheduler();
  const times: number[] = [];
  for (let event = 0; event < 1_000; event++) {
    scheduler.after((event * 7_919) % 1_009, () => times.push(scheduler.now));
  }
  await scheduler.run();
  expect(times).toEqual([...times].sort((one, other) => one - other));
  expect(times).toHaveLength(1_000);
});

test('what goes wrong in an event ends the run', async () => {
  const scheduler = new Scheduler();
  scheduler.after(1, () => {
    throw new Error('broken');
  });
  await expect(scheduler.run()).rejects.toThrow('broken');
});

test('a single chain of events runs to its end, though nothing else is planned while one of them settles', async () => {
  const scheduler = new Scheduler();
  let links = 0;
  void (async () => {
    for (; links < 1_000; links++) {
      await scheduler.sleep(1);
    }
  })();
  await scheduler.run();
  expect([links, scheduler.now]).toEqual([1_000, 1_000]);
});
