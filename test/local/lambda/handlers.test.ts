import { Functions, payloadOf } from './functions';

const functions = new Functions();
afterAll(() => functions.clean());

describe('handlers', () => {
  test.each([
    ['a CommonJS file', { 'index.js': 'exports.handler = async () => "answer";' }, {}],
    ['a .cjs file', { 'index.cjs': 'exports.handler = async () => "answer";' }, {}],
    ['an .mjs file', { 'index.mjs': 'export const handler = async () => "answer";' }, {}],
    [
      'an ES module by its package.json',
      { 'index.js': 'export const handler = async () => "answer";', 'package.json': '{"type":"module"}' },
      {},
    ],
    ['a default export', { 'index.mjs': 'export default { handler: async () => "answer" };' }, {}],
    [
      'a top-level await',
      { 'index.mjs': 'const answer = await "answer"; export const handler = async () => answer;' },
      {},
    ],
    ['a file in a folder', { 'src/app.js': 'exports.run = async () => "answer";' }, { handler: 'src/app.run' }],
    ['a nested export', { 'app.js': 'exports.api = { get: async () => "answer" };' }, { handler: 'app.api.get' }],
    [
      'required files',
      { 'index.js': 'exports.handler = require("./lib").get;', 'lib.js': 'exports.get = async () => "answer";' },
      {},
    ],
    ['a plain value, from nodejs24.x on', { 'index.js': 'exports.handler = () => "answer";' }, {}],
    [
      'a callback',
      { 'index.js': 'exports.handler = (e, c, callback) => callback(null, "answer");' },
      { runtime: 'nodejs22.x' },
    ],
    [
      'context.succeed',
      { 'index.js': 'exports.handler = (e, context) => context.succeed("answer");' },
      { runtime: 'nodejs20.x' },
    ],
  ])('%s', async (_what, files, props) => {
    expect(await functions.invoke(files as Record<string, string>, props)).toEqual({ ok: true, payload: 'answer' });
  });

  test('CommonJS code is that, also below a project of ES modules', async () => {
    functions.surroundWith('package.json', '{"type":"module"}');
    const code = {
      'index.js': 'exports.handler = require("./lib").get;',
      'lib.js': 'exports.get = async () => "answer";',
    };

    expect(await functions.invoke(code)).toEqual({ ok: true, payload: 'answer' });
  });

  test.each([
    ['when the event loop is empty', true],
    ['at once where the context says so', false],
  ])('a callback answers %s', async (_when, waits) => {
    const fn = functions.define(
      `exports.handler = (event, context, callback) => {
        context.callbackWaitsForEmptyEventLoop = event.waits;
        setTimeout(() => {}, event.ms);
        callback(null);
      };`,
      { runtime: 'nodejs22.x' },
    );
    const runtime = functions.run(fn);
    await runtime.invoke(fn.arn, { ms: 0, waits });
    const start = performance.now();
    await runtime.invoke(fn.arn, { ms: 300, waits });

    expect(performance.now() - start >= 290).toBe(waits);
  });

  test('a handler that takes a callback and never calls it answers null', async () => {
    expect(await functions.invoke('exports.handler = () => {};', { runtime: 'nodejs22.x' })).toEqual({
      ok: true,
      payload: null,
    });
  });

  test('a handler with a callback is refused from nodejs24.x on, as on Lambda', async () => {
    expect(await functions.invoke('exports.handler = (event, context, callback) => callback(null, 1);')).toMatchObject({
      ok: false,
      errorType: 'Runtime.CallbackHandlerDeprecated',
    });
  });
});

describe('event, context and payload', () => {
  test('pass through JSON', async () => {
    const result = await functions.invoke(
      'exports.handler = async (event) => ({ keys: Object.keys(event), gone: undefined, at: new Date(0) });',
      {},
      { kept: null, dropped: undefined },
    );

    expect(result).toEqual({ ok: true, payload: { keys: ['kept'], at: '1970-01-01T00:00:00.000Z' } });
  });

  test('nothing returned is null', async () => {
    expect(await functions.invoke('exports.handler = async () => {};')).toEqual({ ok: true, payload: null });
  });

  test('the context is that of the invocation', async () => {
    const fn = functions.define(`exports.handler = async (event, context) => ({
      ...context, remaining: context.getRemainingTimeInMillis() });`);
    const context = payloadOf(await functions.run(fn).invoke(`${fn.arn}:live`, {}));

    expect(context).toMatchObject({
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      functionName: fn.name,
      functionVersion: '$LATEST',
      invokedFunctionArn: `${fn.arn}:live`,
      memoryLimitInMB: '128',
      logGroupName: `/aws/lambda/${fn.name}`,
    });
    const { remaining } = context as { remaining: number };
    expect(remaining).toBeGreaterThan(2000);
    expect(remaining).toBeLessThanOrEqual(3000);
  });

  test('more than 6 MB is refused either way', async () => {
    const fn = functions.define('exports.handler = async ({ size }) => "x".repeat(size ?? 0);');
    const runtime = functions.run(fn);

    expect(await runtime.invoke(fn.arn, { size: 6_291_554 })).toMatchObject({ ok: true });
    expect(await runtime.invoke(fn.arn, { size: 6_291_555 })).toMatchObject({
      errorType: 'Function.ResponseSizeTooLarge',
    });
    expect(await runtime.invoke(fn.arn, 'x'.repeat(6_291_555))).toMatchObject({
      errorType: 'RequestTooLargeException',
    });
  });
});
