import { Functions, payloadOf } from './functions';

const functions = new Functions();
afterAll(() => functions.clean());

const COUNTING = `let count = 0;
  const name = Math.random();
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  exports.handler = async ({ ms = 0 }) => { count += 1; await wait(ms); return { name, count }; };`;

interface Counted {
  readonly name: number;
  readonly count: number;
}

describe('variables', () => {
  test('are those of Lambda, the function and the runtime, and nothing of the developer', async () => {
    process.env.DEVELOPERS_SECRET = 'hunter2';
    const fn = functions.define('exports.handler = async () => process.env;', {
      environment: { TABLE: 'items', AWS_ENDPOINT_URL_DYNAMODB: 'https://example.com' },
    });
    const runtime = functions.run(fn, { environment: { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' } });
    const variables = payloadOf(await runtime.invoke(fn.arn, {}));

    expect(variables).toEqual({
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_FUNCTION_NAME: fn.name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: '[$LATEST]local',
      AWS_REGION: 'eu-west-1',
      LAMBDA_TASK_ROOT: fn.codePath,
      PATH: process.env.PATH,
      ...(process.env.NODE_PATH && { NODE_PATH: process.env.NODE_PATH }),
      TABLE: 'items',
      TZ: ':UTC',
      _HANDLER: 'index.handler',
    });
  });

  test('changed by one function are not changed for another', async () => {
    const code =
      'exports.handler = async ({ set }) => { if (set) process.env.SHARED = set; return process.env.SHARED; };';
    const [first, second] = [functions.define(code), functions.define(code)];
    const runtime = functions.run([first, second]);
    await runtime.invoke(first.arn, { set: 'mine' });

    expect(payloadOf(await runtime.invoke(first.arn, {}))).toBe('mine');
    expect(payloadOf(await runtime.invoke(second.arn, {}))).toBeNull();
    expect(process.env.SHARED).toBeUndefined();
  });
});

describe('execution environments', () => {
  test('are reused, and keep their state', async () => {
    const fn = functions.define(COUNTING);
    const runtime = functions.run(fn);
    const first = payloadOf(await runtime.invoke(fn.arn, {})) as Counted;
    const second = payloadOf(await runtime.invoke(fn.arn, {})) as Counted;

    expect(second).toEqual({ name: first.name, count: 2 });
  });

  test('serve one invocation at a time, and further ones start further environments', async () => {
    const fn = functions.define(COUNTING);
    const runtime = functions.run(fn);
    const results = await Promise.all([100, 100, 100].map((ms) => runtime.invoke(fn.arn, { ms })));

    expect(new Set(results.map((result) => (payloadOf(result) as Counted).name)).size).toBe(3);
  });

  test('past the maximum, invocations wait for one', async () => {
    const fn = functions.define(COUNTING);
    const runtime = functions.run(fn, { maxEnvironments: 2 });
    const results = await Promise.all(Array.from({ length: 10 }, () => runtime.invoke(fn.arn, { ms: 5 })));
    const counted = results.map((result) => payloadOf(result) as Counted);
    const names = [...new Set(counted.map(({ name }) => name))];

    expect(names).toHaveLength(2);
    // No two invocations saw the same count of the same environment: none ran beside another.
    expect(new Set(counted.map(({ name, count }) => `${name} ${count}`)).size).toBe(10);
  });

  test('the one used last is used next', async () => {
    const fn = functions.define(COUNTING);
    const runtime = functions.run(fn);
    const [, slow] = await Promise.all([runtime.invoke(fn.arn, { ms: 20 }), runtime.invoke(fn.arn, { ms: 200 })]);
    const next = payloadOf(await runtime.invoke(fn.arn, {})) as Counted;

    expect(next.name).toBe((payloadOf(slow) as Counted).name);
  });

  test('a warm invocation costs well under a millisecond', async () => {
    const fn = functions.define('exports.handler = async () => ({ statusCode: 200 });');
    const runtime = functions.run(fn);
    await runtime.invoke(fn.arn, {});
    const times: number[] = [];
    for (let i = 0; i < 500; i += 1) {
      const start = performance.now();
      await runtime.invoke(fn.arn, {});
      times.push(performance.now() - start);
    }

    expect(times.sort((left, right) => left - right)[250]).toBeLessThan(1);
  });
});

describe('close', () => {
  test('ends what runs and what waits, and nothing starts after it', async () => {
    const fn = functions.define(COUNTING);
    const runtime = functions.run(fn, { maxEnvironments: 1 });
    const running = runtime.invoke(fn.arn, { ms: 10_000 });
    const waiting = runtime.invoke(fn.arn, {});
    await runtime.close();

    for (const result of [await running, await waiting, await runtime.invoke(fn.arn, {})]) {
      expect(result).toMatchObject({ ok: false, errorType: 'Runtime.ExitError' });
    }
  });
});
