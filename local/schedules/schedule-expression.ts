import { compileCron } from './cron';
import { ScheduleExpressionError } from './schedule-expression-error';

const UNIT_MILLIS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Compiles `rate(…)` or `cron(…)`; what it gives finds the first time after another, if there is one. */
export function compileScheduleExpression(expression: string): (after: number) => number | undefined {
  const [, kind, argument = ''] = /^(rate|cron)\((.*)\)$/.exec(expression) ?? [];
  switch (kind) {
    case 'rate': {
      const millis = rateMillis(argument);
      return (after) => after + millis;
    }
    case 'cron':
      return compileCron(argument);
    default:
      throw new ScheduleExpressionError(`a schedule expression is rate(…) or cron(…), got: ${expression}`);
  }
}

/** EventBridge wants `1 minute` and `2 minutes`, each in its number. */
function rateMillis(rate: string): number {
  const [, value, unit = '', plural] = /^(\d+) (minute|hour|day)(s?)$/.exec(rate) ?? [];
  if (!Number(value) || (Number(value) === 1) !== (plural === '')) {
    throw new ScheduleExpressionError(`a rate is such as 1 hour or 5 minutes, got: ${rate}`);
  }
  return Number(value) * (UNIT_MILLIS[unit] ?? 0);
}
