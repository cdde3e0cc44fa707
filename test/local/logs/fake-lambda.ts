import { gunzipSync } from 'node:zlib';
import type { InvocationResult, LambdaRuntime } from '../../../local/lambda/runtime';
import type { Schedule } from '../../../local/lambda/schedule';

export interface Delivery {
  readonly messageType: string;
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly subscriptionFilters: string[];
  readonly logEvents: { id: string; timestamp: number; message: string }[];
}

/** A function that gets log events; what it answers is for the test to say, or to hold back. */
export class RecordingLambda implements LambdaRuntime {
  readonly invocations: { functionArn: string; event: unknown; requestId?: string }[] = [];
  answer: () => Promise<InvocationResult> = async () => ({ ok: true, payload: null });

  invoke(functionArn: string, event: unknown, requestId?: string): Promise<InvocationResult> {
    this.invocations.push({ functionArn, event, requestId });
    return this.answer();
  }

  async close(): Promise<void> {}

  get deliveries(): Delivery[] {
    return this.invocations.map(({ event }) => deliveryIn(event));
  }
}

export function deliveryIn(event: unknown): Delivery {
  const { data } = (event as { awslogs: { data: string } }).awslogs;
  return JSON.parse(gunzipSync(Buffer.from(data, 'base64')).toString('utf8'));
}

/** Time that passes when the test says so. */
export class ManualTime {
  private now = 0;
  private readonly timers = new Map<symbol, { at: number; run: () => void }>();

  readonly clock = () => this.now;

  readonly schedule: Schedule = (millis, run) => {
    const id = Symbol();
    this.timers.set(id, { at: this.now + millis, run });
    return () => this.timers.delete(id);
  };

  get waiting(): number {
    return this.timers.size;
  }

  /** Lets time pass, and what was due by then come to its end. */
  async pass(millis: number): Promise<void> {
    await settled();
    this.now += millis;
    for (const [id, { at, run }] of [...this.timers]) {
      if (at <= this.now && this.timers.delete(id)) {
        run();
      }
    }
    await settled();
  }
}

/** All that needs no time has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
