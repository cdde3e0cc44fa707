import { setTimeout as sleep } from 'node:timers/promises';
import type { InvocationResult, LambdaRuntime } from '../../local/lambda/runtime';
import { type Reconciliations, startReconciliations } from '../../local/reconciliations';

let running: Reconciliations | undefined;
let invoked: string[];
let reported: string[];
let most: number;

beforeEach(() => {
  [invoked, reported, most] = [[], [], 0];
});

afterEach(() => running?.close());

/** @param results of the runs in turn; the last one stays */
function start(results: InvocationResult[], { reconcilers = ['arn:a'], takes = 0 } = {}): void {
  let now = 0;
  const lambda: LambdaRuntime = {
    async invoke(functionArn) {
      invoked.push(functionArn);
      most = Math.max(most, ++now);
      await sleep(takes);
      now--;
      return (results.length > 1 ? results.shift() : results[0]) as InvocationResult;
    },
    close: async () => undefined,
  };
  running = startReconciliations({ reconcilers, lambda, report: (line) => reported.push(line), pauseMillis: 5 });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await sleep(1);
  }
}

const DONE = { ok: true, payload: {} } as const;
const failed = (errorMessage: string) => ({ ok: false, errorType: 'Error', errorMessage }) as const;

test('each reconciler runs again and again, one run after the other', async () => {
  start([DONE], { reconcilers: ['arn:a'], takes: 20 });
  await until(() => invoked.length >= 3);
  expect(most).toBe(1);
  expect(reported).toEqual([]);
});

test('those of several paywalls run side by side', async () => {
  start([DONE], { reconcilers: ['arn:a', 'arn:b'] });
  await until(() => invoked.filter((arn) => arn === 'arn:b').length >= 2);
  expect(invoked).toContain('arn:a');
});

test('a failure is told once, and again when it is another or comes back', async () => {
  start([failed('no\nnetwork'), failed('no\nnetwork'), failed('bad key'), DONE, failed('bad key'), DONE]);
  await until(() => invoked.length >= 7);
  const line = "Stripe's events could not be listed, and are again in 0.005 s: Error: ";
  expect(reported).toEqual([`${line}no network`, `${line}bad key`, `${line}bad key`]);
});

test('nothing runs once it is closed', async () => {
  start([DONE]);
  await until(() => invoked.length >= 2);
  running?.close();
  const before = invoked.length;
  await sleep(30);
  expect(invoked).toHaveLength(before);
});
