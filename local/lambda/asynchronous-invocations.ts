import { randomUUID } from 'node:crypto';
import type { InvocationResult, LambdaRuntime } from './runtime';
import { type Schedule, unrefSchedule } from './schedule';

/** Lambda waits a minute, then two; nobody wants to wait that long in front of a screen. */
const RETRY_DELAYS_MILLIS = [1_000, 2_000];
/** How long those that run may take to end when all is closed. */
const CLOSE_MILLIS = 2_000;

/** An event that a function has failed on for the last time. */
export interface FailedEvent {
  readonly functionArn: string;
  readonly event: unknown;
  readonly requestId: string;
  readonly errorType: string;
  readonly errorMessage: string;
}

export interface AsynchronousInvocationsOptions {
  /** @default - the machine's own clock */
  readonly schedule?: Schedule;
  /**
   * Takes the events that are given up.
   * @default - they are dropped
   */
  readonly deadLetters?: (failed: FailedEvent) => void;
}

/** Lambda's asynchronous invocation: an event is taken at once, and tried three times at most, under one request id. */
export class AsynchronousInvocations {
  private readonly running = new Set<Promise<void>>();
  private readonly pauses = new Set<() => void>();
  private readonly schedule: Schedule;
  private readonly deadLetters: (failed: FailedEvent) => void;
  private closed = false;

  constructor(
    private readonly lambda: LambdaRuntime,
    { schedule = unrefSchedule, deadLetters = () => undefined }: AsynchronousInvocationsOptions = {},
  ) {
    this.schedule = schedule;
    this.deadLetters = deadLetters;
  }

  /**
   * @param onFailure told once, when the last attempt has failed
   * @returns the request id
   */
  public invoke(functionArn: string, event: unknown, onFailure: (why: string) => void): string {
    const requestId = randomUUID();
    void this.start(functionArn, event, requestId, onFailure);
    return requestId;
  }

  /** As `invoke`, for who waits for the end of it, whether the event was handled or given up. */
  public run(functionArn: string, event: unknown, onFailure: (why: string) => void): Promise<void> {
    return this.start(functionArn, event, randomUUID(), onFailure);
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

  private start(
    functionArn: string,
    event: unknown,
    requestId: string,
    onFailure: (why: string) => void,
  ): Promise<void> {
    const run = this.tryThrice(functionArn, event, requestId, onFailure).finally(() => this.running.delete(run));
    this.running.add(run);
    return run;
  }

  private async tryThrice(
    functionArn: string,
    event: unknown,
    requestId: string,
    onFailure: (why: string) => void,
  ): Promise<void> {
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
      const { errorType, errorMessage } = result;
      this.deadLetters({ functionArn, event, requestId, errorType, errorMessage });
      onFailure(`${errorType}: ${errorMessage}`);
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
