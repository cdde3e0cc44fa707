import { LocalClock } from '../../../local/clock';
import { Functions, payloadOf } from './functions';

const DAY = 86_400_000;

let functions: Functions;

beforeEach(() => {
  functions = new Functions();
});

afterEach(() => functions.clean());

test('a function that runs already reads the clock that was moved, every way that there is', async () => {
  // GIVEN
  const clock = new LocalClock();
  const fn = functions.define(`
    class Later extends Date {}
    exports.handler = async () => ({
      now: Date.now(),
      date: new Date().getTime(),
      subclass: new Later().getTime(),
      text: Date.parse(Date()),
      kept: new Date(2026, 0, 1, 12).toISOString(),
      parsed: new Date('2026-01-01T00:00:00Z').toISOString(),
      utc: Date.UTC(2026, 0, 1),
      isDate: new Date() instanceof Date && new Later() instanceof Later && new Date().constructor === Date,
    });
  `);
  const runtime = functions.run(fn, { clock });
  const before = payloadOf(await runtime.invoke(fn.arn, {})) as Record<string, number>;
  expect(Math.abs((before.now ?? 0) - Date.now())).toBeLessThan(DAY / 2);
  // WHEN
  clock.moveTo(clock.now() + 400 * DAY);
  // THEN
  const after = payloadOf(await runtime.invoke(fn.arn, {})) as Record<string, number>;
  for (const name of ['now', 'date', 'subclass', 'text']) {
    expect(after[name]).toBeGreaterThan(Date.now() + 399 * DAY);
    expect(after[name]).toBeLessThan(Date.now() + 401 * DAY);
  }
  expect(after).toMatchObject({
    kept: '2026-01-01T12:00:00.000Z',
    parsed: '2026-01-01T00:00:00.000Z',
    utc: Date.UTC(2026, 0, 1),
    isDate: true,
  });
});

test('timers and the time that is left keep the machine’s', async () => {
  const clock = new LocalClock();
  const fn = functions.define(`
    exports.handler = async (event, context) => {
      console.log('begun');
      await new Promise((resolve) => setTimeout(resolve, 200));
      return context.getRemainingTimeInMillis();
    };
  `);
  const runtime = functions.run(fn, {
    clock,
    onLog: () => clock.moveTo(clock.now() + DAY),
  });
  const left = payloadOf(await runtime.invoke(fn.arn, {}));
  expect(left).toBeGreaterThan(500);
  expect(left).toBeLessThanOrEqual(2_850);
});
