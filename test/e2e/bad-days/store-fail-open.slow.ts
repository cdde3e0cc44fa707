import { FailurePolicy } from '../../../lib';
import { everyAnswer } from '../paid-api';
import { BadDay } from './bad-day';

const PATIENCE = 60_000;

let day: BadDay;

beforeAll(async () => {
  day = await BadDay.begin((app) => {
    everyAnswer(app, { failurePolicy: FailurePolicy.open({ callsPerMinute: 2 }) });
  });
}, PATIENCE);

afterAll(() => day.end());

test('with the failure policy open, a known customer is served while the store is away, and charged when it is back', async () => {
  const { customer, caller } = await day.customer();
  const { caller: stranger } = await day.customer();
  expect((await caller.call()).status).toBe(200);
  const rule = day.faults.add({ boundary: 'dynamodb', function: /Authorizer/, fault: { kind: 'reset' } });
  expect([(await caller.call()).status, (await caller.call()).status, (await caller.call()).status]).toEqual([
    200, 200, 503,
  ]);
  expect((await stranger.call()).status).toBe(503);
  expect((await day.api.balanceOf(customer))?.remaining).toBe(49);
  rule.lift();
  expect((await caller.call()).status).toBe(200);
  // The first, the two that were owed, and this one.
  expect((await day.api.balanceOf(customer))?.remaining).toBe(46);
  expect((await stranger.call()).status).toBe(200);
});
