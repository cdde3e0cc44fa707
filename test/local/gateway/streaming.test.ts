import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGateway } from '../../../local/gateway';
import type { LogEvent } from '../../../local/logs/log-event';
import { Functions } from '../lambda/functions';
import { method, restApi, TestServer } from './harness';

const functions = new Functions();
const backends: Server[] = [];

afterAll(async () => {
  await TestServer.closeAll();
  await functions.clean();
  for (const backend of backends) {
    backend.close();
    backend.closeAllConnections();
  }
});

/** A function as Lambda's documentation has it: what it is, and then what it does with the stream of the body. */
const streaming = (head: string, body: string) => `
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
    stream = awslambda.HttpResponseStream.from(stream, ${head});
    ${body}
  });`;

async function serve(code: string, timeoutMillis = 29_000) {
  const fn = functions.define(code);
  const integration = { functionArn: fn.arn, isStreamed: true, timeoutMillis };
  const accessLog = {
    logGroupName: 'log',
    format: '$context.status $context.responseLength $context.integration.error',
  };
  const api = restApi({ methods: [method('ANY /{proxy+}', { integration })], accessLog });
  const events: LogEvent[] = [];
  const log: string[] = [];
  const gateway = createGateway([{ model: api, basePath: '/prod' }], functions.run(fn), {
    accessLogs: { write: (event) => events.push(event) },
    log: (line) => log.push(line),
  });
  const server = await TestServer.start(gateway);
  return { url: `http://127.0.0.1:${server.port}/prod/x`, server, events, log };
}

test('a caller gets each piece as it comes, before the function has ended', async () => {
  const head = '{ statusCode: 201, headers: { "Content-Type": "text/event-stream", "X-Own": "1" } }';
  const { url, events } = await serve(
    streaming(head, 'stream.write("one"); await wait(400); stream.write("two"); stream.end();'),
  );
  const response = await fetch(url);
  expect(response.status).toBe(201);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  expect(response.headers.get('x-own')).toBe('1');
  expect(response.headers.get('content-length')).toBeNull();
  const times: [string, number][] = [];
  for await (const chunk of response.body ?? []) {
    times.push([Buffer.from(chunk).toString(), performance.now()]);
  }
  expect(times.map(([text]) => text)).toEqual(['one', 'two']);
  expect((times[1]?.[1] ?? 0) - (times[0]?.[1] ?? 0)).toBeGreaterThan(200);
  expect(events.map(({ message }) => message)).toEqual(['201 6 -']);
});

test('what is in front of the body may come in pieces, and bytes stay bytes', async () => {
  const code = `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
    const head = Buffer.from(JSON.stringify({ statusCode: 200, headers: { 'Content-Type': 'application/octet-stream' } }));
    stream.write(head.subarray(0, 9));
    stream.write(Buffer.concat([head.subarray(9), Buffer.alloc(5)]));
    stream.write(Buffer.concat([Buffer.alloc(3), Buffer.from([0, 255, 0, 128])]));
    stream.end();
  });`;
  const { url } = await serve(code);
  expect([...new Uint8Array(await (await fetch(url)).arrayBuffer())]).toEqual([0, 255, 0, 128]);
});

test.each([
  ['that does not stream', 'exports.handler = async () => ({ statusCode: 200, body: "x" });'],
  [
    'that says nothing of its answer',
    'exports.handler = awslambda.streamifyResponse(async (_, s) => { s.write("x"); s.end(); });',
  ],
  ['whose head is too long', streaming('{ headers: { a: "x".repeat(20000) } }', 'stream.write("x"); stream.end();')],
  ['whose status is none', streaming('{ statusCode: 99 }', 'stream.write("x"); stream.end();')],
])('a function %s is a bad gateway', async (_, code) => {
  const { url, log } = await serve(code);
  expect((await fetch(url)).status).toBe(502);
  expect(log.join()).toContain('eight zero bytes');
});

test('a function that fails before its answer has begun is a bad gateway', async () => {
  const { url, log } = await serve(
    'exports.handler = awslambda.streamifyResponse(async () => { throw new Error("no"); });',
  );
  expect((await fetch(url)).status).toBe(502);
  expect(log.join()).toContain('the function failed: Error: no');
});

test('one that fails later breaks the connection, so that nobody takes it for the whole', async () => {
  const { url, events } = await serve(streaming('{}', 'stream.write("one"); await wait(100); throw new Error("no");'));
  const response = await fetch(url);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
  expect(events.map(({ message }) => message)).toEqual(['200 3 -']);
});

test('one that does not begin in time is timed out', async () => {
  const { url } = await serve(streaming('{}', 'await wait(1500); stream.end("late");'), 200);
  expect((await fetch(url)).status).toBe(504);
});

test('a caller who goes stops no function', async () => {
  const body = 'for (let i = 0; i < 5; i++) { stream.write("x"); await wait(50); } stream.end(); console.log("done");';
  const { url } = await serve(streaming('{}', body));
  const controller = new AbortController();
  const response = await fetch(url, { signal: controller.signal });
  await response.body?.getReader().read();
  controller.abort();
  const deadline = Date.now() + 3_000;
  while (!functions.logged.some((line) => line.endsWith(': done')) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(functions.logged.some((line) => line.endsWith(': done'))).toBe(true);
});

test('an HTTP backend’s answer is passed on as it comes too', async () => {
  const backend = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('one');
    setTimeout(() => response.end('two'), 300);
  });
  backends.push(backend);
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  const uri = `http://127.0.0.1:${(backend.address() as AddressInfo).port}/`;
  const methods = [method('GET /x', { integration: { type: 'HTTP_PROXY', uri, httpMethod: 'GET', isStreamed: true } })];
  const gateway = createGateway([{ model: restApi({ methods }), basePath: '/prod' }], functions.run([]));
  const server = await TestServer.start(gateway);
  const response = await fetch(`http://127.0.0.1:${server.port}/prod/x`);
  const start = performance.now();
  const pieces: string[] = [];
  for await (const chunk of response.body ?? []) {
    pieces.push(Buffer.from(chunk).toString());
  }
  expect(pieces).toEqual(['one', 'two']);
  expect(performance.now() - start).toBeGreaterThan(150);
});
