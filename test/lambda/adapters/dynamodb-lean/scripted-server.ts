import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** How the server meets one request, whose body has been read. */
export type Turn = (response: ServerResponse, request: IncomingMessage) => void;

export interface ReceivedRequest {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Of the connection that it came on, counted from 1. */
  readonly connection: number;
}

export interface ScriptedServer {
  readonly url: URL;
  readonly received: readonly ReceivedRequest[];
  /** How many connections were opened. */
  connections(): number;
  close(): Promise<void>;
}

/** A server that takes one turn for each request, and the last one for all that follow. */
export async function startScriptedServer(
  turns: readonly Turn[],
  server: Server = createServer(),
  port = 0,
): Promise<ScriptedServer> {
  const received: ReceivedRequest[] = [];
  const numbers = new Map<Socket, number>();
  const isTls = server instanceof HttpsServer;
  server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => numbers.set(socket, numbers.size + 1));
  server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
    const turn = turns[Math.min(received.length, turns.length - 1)];
    const place = received.push({
      headers: request.headers,
      body: '',
      connection: numbers.get(request.socket) ?? 0,
    });
    received[place - 1] = { ...received[place - 1], body: await text(request) } as ReceivedRequest;
    turn?.(response, request);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: new URL(`${isTls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`),
    received,
    connections: () => numbers.size,
    close: async () => {
      if (server.listening) {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      }
    },
  };
}

export function answering(statusCode: number, body: object | string): Turn {
  return (response) => {
    response.writeHead(statusCode, { 'x-amzn-requestid': 'REQUEST-ID' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

export function refusing(name: string, more: object = {}, statusCode = 400): Turn {
  const __type = `com.amazonaws.dynamodb.v20120810#${name}`;
  return answering(statusCode, { __type, message: `${name}, in words`, ...more });
}

/** Takes the connection away, without an answer. */
export const resetting: Turn = (_, request) => request.socket.resetAndDestroy();

/** Never answers. */
export const hanging: Turn = () => {};
