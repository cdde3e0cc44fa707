import { Agent, request } from 'node:http';

export interface Answer {
  /** 0 where none came. */
  readonly status: number;
  readonly location: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly milliseconds: number;
}

export interface Sent {
  readonly body?: object;
  readonly form?: Readonly<Record<string, string>>;
  readonly key?: string;
}

/** Posts over connections that are kept. */
export class Client {
  private readonly agent: Agent;

  constructor(connections: number) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  async post(url: string, sent: Sent = {}): Promise<Answer> {
    for (;;) {
      const answer = await this.attempt(url, sent);
      if (answer !== 'closed') {
        return answer;
      }
    }
  }

  /** `closed`: by the server, which had no use for the connection any more, before it has seen the request. */
  private attempt(url: string, { body, form, key }: Sent): Promise<Answer | 'closed'> {
    const begun = performance.now();
    const text = form === undefined ? JSON.stringify(body ?? {}) : new URLSearchParams(form).toString();
    const headers = {
      'Content-Type': form === undefined ? 'application/json' : 'application/x-www-form-urlencoded',
      'Content-Length': Buffer.byteLength(text),
      ...(key !== undefined && { 'x-api-key': key }),
    };
    return new Promise((resolve) => {
      const done = (status: number, location = '', answered = '') =>
        resolve({ status, location, body: parsed(answered), milliseconds: performance.now() - begun });
      const posting = request(url, { method: 'POST', agent: this.agent, headers }, (response) => {
        const chunks: string[] = [];
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => chunks.push(chunk));
        response.once('end', () => done(response.statusCode ?? 0, response.headers.location, chunks.join('')));
        response.once('error', () => done(0));
      });
      posting.once('error', ({ code }: NodeJS.ErrnoException) => {
        const isStale = posting.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE');
        return isStale ? resolve('closed') : done(0);
      });
      posting.end(text);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  return text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
}
