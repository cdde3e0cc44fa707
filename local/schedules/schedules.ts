import { randomUUID } from 'node:crypto';
import type { AsynchronousInvocations } from '../lambda/asynchronous-invocations';
import { type Schedule, unrefSchedule } from '../lambda/schedule';
import type { ScheduleModel } from '../template/model';
import { compileScheduleExpression } from './schedule-expression';

export interface SchedulesOptions {
  readonly schedules: readonly ScheduleModel[];
  readonly invocations: AsynchronousInvocations;
  /** Takes a line for every event that is given up. */
  readonly report: (line: string) => void;
  /** @default Date.now */
  readonly clock?: () => number;
  /** @default - the machine's own clock */
  readonly schedule?: Schedule;
}

export interface Schedules {
  /** Invokes nothing any more. */
  close(): void;
}

/** Timers stand still while a machine sleeps: the clock is looked at this often at least. */
const LONGEST_WAIT_MILLIS = 60_000;

/** Invokes functions when their time has come, as EventBridge does. What a machine slept through is not made up for. */
export function startSchedules(options: SchedulesOptions): Schedules {
  const { schedules, invocations, report, clock = Date.now, schedule = unrefSchedule } = options;
  const timers = schedules.map((model) => {
    const invoke = (time: number) =>
      invocations.invoke(model.functionArn, eventOf(model, time), (why) => {
        report(`${model.path}: gave up on an event for ${model.functionArn}: ${why}`.replace(/\s+/g, ' '));
      });
    return new Timer(compileScheduleExpression(model.expression), invoke, clock, schedule);
  });
  return {
    close() {
      for (const timer of timers) {
        timer.close();
      }
    },
  };
}

class Timer {
  private due: number | undefined;
  private cancel = (): void => undefined;

  constructor(
    private readonly next: (after: number) => number | undefined,
    private readonly invoke: (time: number) => void,
    private readonly clock: () => number,
    private readonly schedule: Schedule,
  ) {
    this.due = next(clock());
    this.wait();
  }

  close(): void {
    this.cancel();
  }

  private wait(): void {
    if (this.due === undefined) {
      return;
    }
    const millis = Math.min(Math.max(this.due - this.clock(), 0), LONGEST_WAIT_MILLIS);
    this.cancel = this.schedule(millis, () => this.look());
  }

  private look(): void {
    const now = this.clock();
    if (this.due !== undefined && this.due <= now) {
      const { due } = this;
      // From when it was due, so that a rate does not drift; what was slept through counts once.
      const following = this.next(due);
      this.due = following !== undefined && following <= now ? this.next(now) : following;
      this.invoke(due);
    }
    this.wait();
  }
}

function eventOf({ arn, source, input }: ScheduleModel, time: number): unknown {
  if (input !== undefined) {
    return JSON.parse(input);
  }
  const [, , , region, account] = arn.split(':');
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source,
    account,
    time: new Date(time).toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources: [arn],
    // EventBridge Scheduler has text here, where a rule has an object.
    detail: source === 'aws.scheduler' ? '{}' : {},
  };
}
