import { compileScheduleExpression } from '../../../local/schedules/schedule-expression';

/** The first times after another, as `2026-01-01 00:00`. */
function timesOf(expression: string, after: string, count = 3): string[] {
  const next = compileScheduleExpression(expression);
  const times: string[] = [];
  for (let time = next(Date.parse(`${after}Z`)); time !== undefined && times.length < count; time = next(time)) {
    times.push(new Date(time).toISOString().slice(0, 16).replace('T', ' '));
  }
  return times;
}

describe('cron', () => {
  test.each([
    ['every minute', '* * * * ? *', ['2026-01-31 23:59', '2026-02-01 00:00', '2026-02-01 00:01']],
    ['every quarter of an hour', '0/15 * * * ? *', ['2026-02-01 00:00', '2026-02-01 00:15', '2026-02-01 00:30']],
    [
      'in a range of hours, in steps',
      '30 8-16/4 * * ? *',
      ['2026-02-01 08:30', '2026-02-01 12:30', '2026-02-01 16:30'],
    ],
    ['at 8 on weekdays', '0 8 ? * MON-FRI *', ['2026-02-02 08:00', '2026-02-03 08:00', '2026-02-04 08:00']],
    ['on Sundays, as a number', '0 0 ? * 1 *', ['2026-02-01 00:00', '2026-02-08 00:00', '2026-02-15 00:00']],
    ['in months by name', '0 0 1 mar,JUN ? *', ['2026-03-01 00:00', '2026-06-01 00:00', '2027-03-01 00:00']],
    ['on the 31st, where there is one', '0 0 31 * ? *', ['2026-03-31 00:00', '2026-05-31 00:00', '2026-07-31 00:00']],
    ['on the last day of the month', '0 0 L * ? *', ['2026-02-28 00:00', '2026-03-31 00:00', '2026-04-30 00:00']],
    ['on the last weekday of the month', '0 0 LW * ? *', ['2026-02-27 00:00', '2026-03-31 00:00', '2026-04-30 00:00']],
    ['on the weekday nearest to the 1st', '0 0 1W * ? *', ['2026-02-02 00:00', '2026-03-02 00:00', '2026-04-01 00:00']],
    ['nearest to the 31st', '0 0 31W * ? *', ['2026-03-31 00:00', '2026-05-29 00:00', '2026-07-31 00:00']],
    ['nearest to the 15th', '0 0 15W * ? *', ['2026-02-16 00:00', '2026-03-16 00:00', '2026-04-15 00:00']],
    ['on the last Friday', '0 0 ? * 6L *', ['2026-02-27 00:00', '2026-03-27 00:00', '2026-04-24 00:00']],
    ['on the last day of the week', '0 0 ? * L *', ['2026-02-07 00:00', '2026-02-14 00:00', '2026-02-21 00:00']],
    ['on the third Wednesday', '0 0 ? * WED#3 *', ['2026-02-18 00:00', '2026-03-18 00:00', '2026-04-15 00:00']],
    ['on a leap day', '0 0 29 2 ? *', ['2028-02-29 00:00', '2032-02-29 00:00', '2036-02-29 00:00']],
    ['in a year', '0 0 1 1 ? 2027', ['2027-01-01 00:00']],
    ['in a year that is over', '0 0 1 1 ? 2020-2025', []],
    ['never', '0 0 30 2 ? *', []],
  ])('%s: %s', (_, fields, expected) => {
    expect(timesOf(`cron(${fields})`, '2026-01-31T23:58:30')).toEqual(expected);
  });

  test('a time is not the first after itself', () => {
    expect(timesOf('cron(0 8 * * ? *)', '2026-01-01T08:00:00', 1)).toEqual(['2026-01-02 08:00']);
  });
});

describe('rate', () => {
  test.each([
    ['1 minute', '2026-01-01 00:01'],
    ['5 minutes', '2026-01-01 00:05'],
    ['1 hour', '2026-01-01 01:00'],
    ['2 days', '2026-01-03 00:00'],
  ])('%s', (rate, expected) => {
    expect(timesOf(`rate(${rate})`, '2026-01-01T00:00:00', 1)).toEqual([expected]);
  });
});

describe('what EventBridge refuses', () => {
  test.each([
    ['at(2026-01-01T00:00:00)', 'a schedule expression is rate(…) or cron(…), got: at(2026-01-01T00:00:00)'],
    ['rate(1 minutes)', 'a rate is such as 1 hour or 5 minutes, got: 1 minutes'],
    ['rate(5 minute)', 'a rate is such as 1 hour or 5 minutes, got: 5 minute'],
    ['rate(0 minutes)', 'a rate is such as 1 hour or 5 minutes, got: 0 minutes'],
    ['rate(5 weeks)', 'a rate is such as 1 hour or 5 minutes, got: 5 weeks'],
    ['cron(0 8 * * ?)', 'a cron expression has six fields, got: 0 8 * * ?'],
    ['cron(0 8 * * * *)', 'one of the day of month and the day of week must be ?, got: 0 8 * * * *'],
    ['cron(0 8 ? * ? *)', 'one of the day of month and the day of week must be ?, got: 0 8 ? * ? *'],
    ['cron(60 8 * * ? *)', 'the minutes must be from 0 to 59, got: 60'],
    ['cron(5-1 8 * * ? *)', 'the minutes must be from 0 to 59, got: 5-1'],
    ['cron(0/0 8 * * ? *)', 'the minutes must be from 0 to 59, got: 0/0'],
    ['cron(0 x * * ? *)', 'the hours must be from 0 to 23, got: x'],
    ['cron(0 8 32W * ? *)', 'the day of month must be from 1 to 31, got: 32'],
    ['cron(0 8 ? * XXX#2 *)', 'the day of week must be from 1 to 7, got: XXX'],
    ['cron(0 8 ? * 6#6 *)', 'the day of week must be from 1 to 7, got: 6#6'],
    ['cron(0 8 1 1 ? 1969)', 'the year must be from 1970 to 2199, got: 1969'],
  ])('%s', (expression, message) => {
    expect(() => compileScheduleExpression(expression)).toThrow(message);
  });
});
