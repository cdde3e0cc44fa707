import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { urlToHttpOptions } from 'node:url';
import { NoAnswerError } from './errors';

/** In milliseconds. */
export interface Timeouts {
  /** Until a new connection is open, TLS included. */
  readonly connect: number;
  /** From there until the answer is complete. */
  readonly response: number;
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly requestId?: string;
  readonly body: string;
}

const CLOSED_BY_PEER = new Set(['ECONNRESET', 'EPIPE']);

/** Kept-alive connections to one endpoint. */
export class Connection {
  private readonly isTls: boolean;
  private readonly agent: HttpAgent;
  private readonly target: { readonly hostname: string; readonly port?: number };
  private readonly connect: (options: object) => Duplex | null | undefined;
  /** Opened ahead of the first request, and still to be used. */
  private ahead?: Duplex;

  constructor(
    endpoint: URL,
    private readonly timeouts: Timeouts,
    /** Who answers, and where: as errors name it, and as requests do. */
    private readonly peer = { name: 'DynamoDB', path: '/' },
  ) {
    this.isTls = endpoint.protocol === 'https:';
    const { hostname, port } = urlToHttpOptions(endpoint);
    this.target = { hostname: String(hostname), port: port ? Number(port) : undefined };
    this.agent = this.isTls ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
    const connect = this.agent.createConnection.bind(this.agent);
    this.connect = connect;
    this.agent.createConnection = (options, callback) => this.takeAhead() ?? connect(options, callback);
  }

  /** Begins to open the connection that the first request will go out on. If it cannot be opened, that request tells. */
  public open(): void {
    const { hostname: host, port = this.isTls ? 443 : 80 } = this.target;
    const servername = isIP(host) === 0 ? host : '';
    const socket = this.connect({ host, port, servername, noDelay: true }) as Socket;
    socket.on('error', () => socket.destroy());
    socket.unref();
    this.ahead = socket;
  }

  /** The answer to a POST, whatever its status, within `timeLeft` milliseconds; else a `NoAnswerError`. */
  public post(headers: Readonly<Record<string, string>>, body: string, timeLeft: number): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const options = { ...this.target, agent: this.agent, method: 'POST', path: this.peer.path, headers };
      const request = this.isTls ? httpsRequest(options) : httpRequest(options);
      const begun = performance.now();
      let wasOpen = false;
      let cancelTimer = () => {};
      const fail = (reason: string, onDeadSocket = false) => {
        cancelTimer();
        this.dropIdle();
        reject(new NoAnswerError(reason, onDeadSocket, this.peer.name));
      };
      const limit = (milliseconds: number, what: string) => {
        cancelTimer();
        const left = Math.min(milliseconds, timeLeft - (performance.now() - begun));
        cancelTimer = after(left, () => {
          fail(`${what} timed out`);
          request.destroy();
        });
      };
      limit(this.timeouts.connect, 'the connection');
      request.once('socket', (socket) => {
        wasOpen = !socket.connecting;
        const awaitAnswer = () => limit(this.timeouts.response, 'the response');
        wasOpen ? awaitAnswer() : socket.once(this.isTls ? 'secureConnect' : 'connect', awaitAnswer);
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        fail(error.code ?? error.message, wasOpen && CLOSED_BY_PEER.has(error.code ?? ''));
      });
      receive(request, fail, (answer) => {
        cancelTimer();
        resolve(answer);
      });
      request.end(body);
    });
  }

  public close(): void {
    this.agent.destroy();
    this.ahead?.destroy();
  }

  private takeAhead(): Duplex | undefined {
    const socket = this.ahead as Socket | undefined;
    this.ahead = undefined;
    return socket === undefined || socket.destroyed ? undefined : socket.ref();
  }

  /** After a failure the idle sockets are suspect too: the handler may have been frozen for longer than the peer kept them. */
  private dropIdle(): void {
    for (const socket of Object.values(this.agent.freeSockets).flatMap((sockets) => sockets ?? [])) {
      socket.destroy();
    }
  }
}

/**
 * Runs `expire` after so many milliseconds, unless it is cancelled. What has arrived is read first: where the thread had no CPU for
 * a while, as happens in a cold start, the timer is due before anybody could have looked at the socket.
 */
function after(milliseconds: number, expire: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    immediate = setImmediate(expire);
  }, milliseconds);
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}

function receive(request: ClientRequest, fail: (reason: string) => void, done: (answer: HttpAnswer) => void): void {
  request.once('response', (response) => {
    const { statusCode = 0, headers } = response;
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    // Node.js reports an answer that is shorter than its Content-Length.
    response.on('error', ({ message }) => fail(`the response was ${message}`));
    response.once('end', () => {
      const requestId = headers['x-amzn-requestid'];
      done({ statusCode, requestId: requestId?.toString(), body: Buffer.concat(chunks).toString() });
    });
  });
}
