import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Interposed } from '../lambda/interposition';
import { startLoopbackServer } from '../loopback-server';
import {
  type Answer,
  BOUNDARIES,
  type Boundary,
  boundaryOf,
  ENDPOINTS,
  errorAnswer,
  operationOf,
  throttled,
} from './boundaries';
import type { Fault, SeenRequest } from './fault';

export interface FaultyProxyOptions {
  readonly functionPath: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Ends the execution environment that asks. */
  readonly end: () => Promise<void>;
  /** Says what happens to a request; nothing where it passes. */
  readonly strike: (request: SeenRequest) => Fault | undefined;
}

interface Asked {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly boundary: Boundary;
  readonly body: Buffer;
}

/** All that one execution environment asks goes through here. */
export async function startFaultyProxy({
  functionPath,
  variables,
  end,
  strike,
}: FaultyProxyOptions): Promise<Interposed> {
  const agent = new Agent({ keepAlive: true });
  const upstreams = new Map(
    BOUNDARIES.flatMap((boundary): [Boundary, string][] => {
      const url = variables[ENDPOINTS[boundary]];
      return url === undefined ? [] : [[boundary, url]];
    }),
  );
  let event = '';
  const forward = ({ incoming, boundary, body }: Asked) => send(String(upstreams.get(boundary)), incoming, body, agent);
  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const body = await readBody(incoming);
    const boundary = boundaryOf(incoming.headers);
    if (boundary === undefined || !upstreams.has(boundary)) {
      response.writeHead(502).end();
      return;
    }
    const operation = operationOf(incoming.headers, incoming.method, incoming.url);
    const text = `${incoming.url}\n${body}\n${event}`;
    const fault = strike({ functionPath, boundary, operation, text });
    const answer = await suffer(fault, { incoming, response, boundary, body }, forward, end);
    if (answer === 'cut') {
      response.destroy();
    } else if (answer !== undefined) {
      response.writeHead(answer.status, answer.headers).end(answer.body);
    }
  };
  const server = await startLoopbackServer((incoming, response) => {
    // Who asked may have ended meanwhile.
    response.on('error', () => undefined);
    serve(incoming, response).catch(() => response.destroy());
  });
  const own = [...upstreams.values()];
  return {
    variables: Object.fromEntries(
      // Also what is below an endpoint, such as the URL of a queue.
      Object.entries(variables).map(([name, value]) => {
        const upstream = own.find((url) => value === url || value.startsWith(`${url}/`));
        return [name, upstream === undefined ? value : server.url + value.slice(upstream.length)];
      }),
    ),
    begins(next) {
      event = next;
    },
    close() {
      agent.destroy();
      void server.close();
    },
  };
}

/** What is answered, if anything, once the fault has taken its course. */
async function suffer(
  fault: Fault | undefined,
  asked: Asked,
  forward: (asked: Asked) => Promise<Answer>,
  end: () => Promise<void>,
): Promise<Answer | 'cut' | undefined> {
  switch (fault?.kind) {
    case undefined:
      return forward(asked);
    case 'slow':
      await delay(fault.millis, undefined, { ref: false });
      return forward(asked);
    case 'throttled':
      return throttled(asked.boundary);
    case 'error':
      return errorAnswer(asked.boundary, fault.status, fault.type);
    case 'reset':
      return 'cut';
    case 'hanging':
      return undefined;
    case 'answer lost':
      await forward(asked);
      return 'cut';
    case 'killed before':
      await end();
      return 'cut';
    case 'killed after':
      await forward(asked);
      await end();
      return 'cut';
  }
}

function send(
  upstream: string,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  agent: Agent,
): Promise<Answer> {
  const { host, hostname, port } = new URL(upstream);
  const { connection: _, ...others } = headers;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { hostname, port, method, path: url, headers: { ...others, host }, agent },
      (answer) => {
        readBody(answer).then((read) => {
          const { connection, 'keep-alive': keepAlive, 'transfer-encoding': encoding, ...passed } = answer.headers;
          const flat = Object.entries(passed).map(([name, value]) => [name, String(value)]);
          resolve({ status: answer.statusCode ?? 502, headers: Object.fromEntries(flat), body: read });
        }, reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
