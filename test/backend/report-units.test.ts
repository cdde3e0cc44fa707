import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reportUnits } from '../../backend';

let server: Server;
let answers: number[];
let bodies: string[];

beforeEach(async () => {
  answers = [];
  bodies = [];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    bodies.push(`${request.method} ${request.url} ${Buffer.concat(chunks)}`);
    const status = answers.shift() ?? 202;
    if (status === 0) {
      request.socket.destroy();
      return;
    }
    response.writeHead(status, { 'Content-Type': 'application/problem+json' });
    response.end(JSON.stringify({ detail: 'This report link has expired.' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

function event(authorizer: Record<string, unknown> | null = { report: `${origin()}/prod/billing/reports/token` }) {
  return { requestContext: { authorizer } };
}

function origin(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('the units of a call go to the link that it came with', async () => {
  await reportUnits(event(), 12);
  expect(bodies).toEqual(['POST /prod/billing/reports/token {"units":12}']);
});

test('what a moment ago was out of order is tried again', async () => {
  answers = [503, 0, 202];
  await reportUnits(event(), 12);
  expect(bodies).toHaveLength(3);
});

test('after three attempts the backend is told, and not the link', async () => {
  answers = [503, 429, 500];
  const failure = await reportUnits(event(), 12).catch((error: Error) => error.message);
  expect(failure).toContain('the report of 12 units was not taken: 500');
  expect(failure).not.toContain('token');
});

test('a link that holds no more is not tried again', async () => {
  answers = [410];
  await expect(reportUnits(event(), 12)).rejects.toThrow('410 This report link has expired.');
  expect(bodies).toHaveLength(1);
});

test('an answer that takes too long is an attempt that failed', async () => {
  server.removeAllListeners('request');
  await expect(reportUnits(event(), 1, { timeout: 20 })).rejects.toThrow('not taken');
  server.closeAllConnections();
});

test.each([
  ['a route of fixed cost', event.bind(undefined, {}), 1, 'must be `Cost.reported()`'],
  ['an open route', event.bind(undefined, null), 1, 'must be `Cost.reported()`'],
  ['half a unit', event, 0.5, 'got: 0.5'],
  ['less than nothing', event, -1, 'got: -1'],
])('%s is refused before anything is sent', async (_, make, units, message) => {
  await expect(reportUnits(make(), units)).rejects.toThrow(message);
  expect(bodies).toEqual([]);
});
