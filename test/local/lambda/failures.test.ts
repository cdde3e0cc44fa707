import { Functions, payloadOf } from './functions';

const functions = new Functions();
afterAll(() => functions.clean());

describe('errors', () => {
  test.each([
    ['an error', 'throw new RangeError("too far");', 'RangeError', 'too far'],
    ['an error of its own name', 'throw Object.assign(new Error("gone"), { name: "NotFound" });', 'NotFound', 'gone'],
    ['no error at all', 'throw "words";', 'string', 'words'],
  ])('thrown: %s', async (_what, statement, errorType, errorMessage) => {
    for (const code of [
      `exports.handler = async () => { ${statement} };`,
      `exports.handler = () => { ${statement} };`,
    ]) {
      expect(await functions.invoke(code)).toEqual({ ok: false, errorType, errorMessage });
    }
  });

  test('given to a callback', async () => {
    const code = 'exports.handler = (event, context, callback) => callback(new TypeError("wrong"));';

    expect(await functions.invoke(code, { runtime: 'nodejs22.x' })).toEqual({
      ok: false,
      errorType: 'TypeError',
      errorMessage: 'wrong',
    });
  });

  test('a payload that is no JSON', async () => {
    expect(await functions.invoke('exports.handler = async () => ({ big: 1n });')).toMatchObject({
      ok: false,
      errorType: 'Runtime.JSONStringifyError',
    });
  });

  test('the environment stays', async () => {
    const fn = functions.define(
      'let n = 0; exports.handler = async () => { n += 1; if (n === 1) throw new Error(); return n; };',
    );
    const runtime = functions.run(fn);
    await runtime.invoke(fn.arn, {});

    expect(payloadOf(await runtime.invoke(fn.arn, {}))).toBe(2);
  });

  test('a function that is not there', async () => {
    const runtime = functions.run([]);

    expect(await runtime.invoke('arn:aws:lambda:us-east-1:000000000000:function:gone', {})).toMatchObject({
      ok: false,
      errorType: 'ResourceNotFoundException',
    });
  });
});

describe('loading', () => {
  test.each([
    ['no such file', { 'other.js': '' }, 'index.handler', 'Runtime.ImportModuleError'],
    ['no such dependency', { 'index.js': 'require("not-installed");' }, 'index.handler', 'Runtime.ImportModuleError'],
    [
      'no such dependency of an ES module',
      { 'index.mjs': 'import "not-installed";' },
      'index.handler',
      'Runtime.ImportModuleError',
    ],
    ['a syntax error', { 'index.js': 'exports.handler = ;' }, 'index.handler', 'Runtime.UserCodeSyntaxError'],
    ['no such export', { 'index.js': 'exports.main = 1;' }, 'index.handler', 'Runtime.HandlerNotFound'],
    [
      'an export that is no function',
      { 'index.js': 'exports.handler = 1;' },
      'index.handler',
      'Runtime.HandlerNotFound',
    ],
    ['a handler without an export', { 'index.js': '' }, 'index', 'Runtime.MalformedHandlerName'],
    ['an error of the module', { 'index.js': 'throw new RangeError("early");' }, 'index.handler', 'RangeError'],
  ])('%s', async (_what, files, handler, errorType) => {
    expect(await functions.invoke(files as Record<string, string>, { handler })).toMatchObject({
      ok: false,
      errorType,
    });
  });

  test('variables that Node.js does not start with', async () => {
    const result = await functions.invoke('exports.handler = async () => 1;', {
      environment: { NODE_OPTIONS: '--nonsense' },
    });

    expect(result).toMatchObject({
      ok: false,
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('NODE_OPTIONS'),
    });
  });

  test('is tried anew by the next invocation', async () => {
    const fn = functions.define(`const { existsSync, writeFileSync } = require('node:fs');
      const mark = __dirname + '/tried';
      if (!existsSync(mark)) { writeFileSync(mark, ''); throw new Error('first'); }
      exports.handler = async () => 'second';`);
    const runtime = functions.run(fn);

    expect(await runtime.invoke(fn.arn, {})).toMatchObject({ ok: false, errorMessage: 'first' });
    expect(await runtime.invoke(fn.arn, {})).toEqual({ ok: true, payload: 'second' });
  });
});

describe('timeouts', () => {
  test.each([
    ['waiting', 'await new Promise(() => {});'],
    ['busy', 'for (;;);'],
  ])('a function that is %s is ended, and the next invocation gets a fresh environment', async (_what, statement) => {
    const fn = functions.define(
      `let n = 0; exports.handler = async ({ hang }) => { n += 1; if (hang) { ${statement} } return n; };`,
      { timeoutSeconds: 0.25 },
    );
    const runtime = functions.run(fn);
    await runtime.invoke(fn.arn, {});

    expect(await runtime.invoke(fn.arn, { hang: true })).toEqual({
      ok: false,
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/ Task timed out after 0\.25 seconds$/),
    });
    expect(payloadOf(await runtime.invoke(fn.arn, {}))).toBe(1);
  });

  test('loading the module does not count', async () => {
    const code = {
      'index.mjs': 'await new Promise((done) => setTimeout(done, 400)); export const handler = async () => "answer";',
    };

    expect(await functions.invoke(code, { timeoutSeconds: 0.2 })).toEqual({ ok: true, payload: 'answer' });
  });
});

describe('crashes', () => {
  test.each([
    ['process.exit', 'process.exit(3)', /exit status 3$/],
    [
      'an uncaught exception',
      'setTimeout(() => { throw new Error("stray") }); await new Promise(() => {})',
      /exit status 1$/,
    ],
    ['an unhandled rejection', 'Promise.reject(new Error("stray")); await new Promise(() => {})', /exit status 1$/],
  ])('%s', async (_what, statement, message) => {
    const fn = functions.define(
      `exports.handler = async ({ crash }) => { if (crash) { ${statement} } return 'alive'; };`,
    );
    const runtime = functions.run(fn);
    await runtime.invoke(fn.arn, {});

    expect(await runtime.invoke(fn.arn, { crash: true })).toEqual({
      ok: false,
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(message),
    });
    expect(payloadOf(await runtime.invoke(fn.arn, {}))).toBe('alive');
  });

  test('out of memory ends the environment only', async () => {
    const code = `exports.handler = async () => { const hoard = []; for (;;) hoard.push(new Array(100_000).fill({})); };`;

    expect(await functions.invoke(code, { timeoutSeconds: 20, memoryMegabytes: 32 })).toMatchObject({
      ok: false,
      errorType: 'Runtime.ExitError',
    });
  });

  test('between invocations goes unnoticed', async () => {
    const fn = functions.define(
      `exports.handler = async () => { setTimeout(() => process.exit(1), 10); return 'answer'; };`,
    );
    const runtime = functions.run(fn);
    await runtime.invoke(fn.arn, {});
    await new Promise((done) => setTimeout(done, 150));

    expect(payloadOf(await runtime.invoke(fn.arn, {}))).toBe('answer');
  });

  test('lets the waiting invocations run', async () => {
    const fn = functions.define(
      `exports.handler = async ({ crash }) => { if (crash) process.exit(1); return 'answer'; };`,
    );
    const runtime = functions.run(fn, { maxEnvironments: 1 });
    const results = await Promise.all([{ crash: true }, {}, {}].map((event) => runtime.invoke(fn.arn, event)));

    expect(results.slice(1).map(payloadOf)).toEqual(['answer', 'answer']);
  });
});

describe('logs', () => {
  test('come line by line, with the name of the function', async () => {
    const fn = functions.define(`exports.handler = async () => {
      console.log('one\\ntwo');
      process.stdout.write('thr');
      process.stdout.write('ee\\n');
      console.error('four');
    };`);
    const logged: string[] = [];
    await functions.run(fn, { onLog: (name, line) => logged.push(`${name}: ${line}`) }).invoke(fn.arn, {});

    expect(logged).toEqual(['one', 'two', 'three', 'four'].map((line) => `${fn.name}: ${line}`));
  });

  test('hold what is written last, before a crash', async () => {
    functions.logged.length = 0;
    await functions.invoke(`exports.handler = async () => { process.stdout.write('last words'); process.exit(1); };`);

    expect(functions.logged).toEqual([expect.stringMatching(/: last words$/)]);
  });

  test('hold the stack of an error, but not that of an authorizer that says 401', async () => {
    functions.logged.length = 0;
    await functions.invoke('exports.handler = async () => { throw new Error("a bug"); };');
    await functions.invoke('exports.handler = async () => { throw new Error("Unauthorized"); };');
    const logged = functions.logged.join('\n');

    expect(logged).toMatch(/Error: a bug\n.*index\.js:1/);
    expect(logged).not.toMatch(/Unauthorized/);
  });
});
