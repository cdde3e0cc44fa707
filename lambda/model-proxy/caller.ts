import type { Writable } from 'node:stream';

/** Whoever waits for the answer. */
export interface Caller {
  /** Begins the answer; once. */
  begin(statusCode: number, headers: Readonly<Record<string, string>>): void;
  /** Whether the answer has begun. */
  readonly hasBegun: boolean;
  /** Passes bytes on, and waits until there is room for more. False where nobody takes them any more. */
  write(bytes: Uint8Array | string): Promise<boolean>;
  end(): Promise<void>;
}

/** A caller at the end of a stream of Lambda's. */
export class StreamCaller implements Caller {
  private body?: Writable;

  /** @param open makes the stream of the body, with what stands in front of it */
  constructor(private readonly open: (head: { statusCode: number; headers: Record<string, string> }) => Writable) {}

  public get hasBegun(): boolean {
    return this.body !== undefined;
  }

  public begin(statusCode: number, headers: Readonly<Record<string, string>>): void {
    this.body = this.open({ statusCode, headers: { ...headers } });
    // Who has gone is noticed by the next write; without a listener, it would end the process.
    this.body.on('error', () => undefined);
  }

  public async write(bytes: Uint8Array | string): Promise<boolean> {
    const { body } = this;
    if (body === undefined || !body.writable) {
      return false;
    }
    if (!body.write(bytes)) {
      await roomIn(body);
    }
    return body.writable;
  }

  public async end(): Promise<void> {
    const { body } = this;
    if (body?.writable) {
      await new Promise<void>((resolve) => {
        body.once('close', resolve).end(resolve);
      });
    }
  }
}

/** Waits until a stream takes more, or none any more. */
function roomIn(body: Writable): Promise<void> {
  if (!body.writable) {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const done = () => {
      for (const name of ['drain', 'close', 'error']) {
        body.off(name, done);
      }
      resolve();
    };
    for (const name of ['drain', 'close', 'error']) {
      body.on(name, done);
    }
  });
}
