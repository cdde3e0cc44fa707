import { randomUUID } from 'node:crypto';
import type { InvocationResult, LambdaRuntime } from './runtime';
import type { Schedule } from './schedule';

/** Lambda waits a minute, then two; nobody wants to wait that long in front of a screen. */
const RETRY_DELAYS_MILLIS = [1_000, 2_000];
/** How long those that run may take to end when all is closed. */
const CLOSE_MILLIS = 2_000;

/** Lambda's asynchronous invocation: an event is taken at once, and tried three times at most, under one request id. */
export class AsynchronousInvocations {
  private readonly running = new Set<Promise<void>>();
  private readonly pauses = new Set<() => void>();
  private closed = false;

  constructor(
    private readonly lambda: LambdaRuntime,
    private readonly schedule: Schedule,
  ) {}

  /** @param onFailure told once, when the last attempt has failed */
  public invoke(functionArn: string, event: unknown, onFailure: (why: string) => void): void {
    const run = this.run(functionArn, event, onFailure).finally(() => this.running.delete(run));
    this.running.add(run);
  }

  /** Lets what runs come to its end, for a moment; what has failed by then is not tried again. */
  public async close(): Promise<void> {
    this.closed = true;
    for (const end of this.pauses) {
      end();
    }
    let cancel = (): void => undefined;
    const limit = new Promise<void>((resolve) => {
      cancel = this.schedule(CLOSE_MILLIS, resolve);
    });
    await Promise.race([Promise.all(this.running), limit]);
    cancel();
  }

  private async run(functionArn: string, event: unknown, onFailure: (why: string) => void): Promise<void> {
    const requestId = randomUUID();
    let result = await this.attempt(functionArn, event, requestId);
    for (const delay of RETRY_DELAYS_MILLIS) {
      if (result.ok || this.closed) {
        break;
      }
      await this.pause(delay);
      // What waited when all was closed has lost its turn.
      result = this.closed ? result : await this.attempt(functionArn, event, requestId);
    }
    if (!result.ok) {
      onFailure(`${result.errorType}: ${result.errorMessage}`);
    }
  }

  private async attempt(functionArn: string, event: unknown, requestId: string): Promise<InvocationResult> {
    try {
      return await this.lambda.invoke(functionArn, event, requestId);
    } catch (error) {
      return { ok: false, errorType: 'InternalError', errorMessage: String(error) };
    }
  }

  private pause(millis: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.pauses.delete(end);
        resolve();
      };
      const cancel = this.schedule(millis, end);
      this.pauses.add(end);
    });
  }
}
