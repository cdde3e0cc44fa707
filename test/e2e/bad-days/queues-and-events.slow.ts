import { Plan, Price, Quota } from '../../../lib';
import type { LocalEvents } from '../../../local/events/local-events';
import { everyAnswer } from '../paid-api';
import { BadDay, healed, withoutWaiting } from './bad-day';

const PATIENCE = 60_000;

let day: BadDay;

beforeAll(async () => {
  day = await BadDay.begin((app) => {
    const throttle = { rateLimit: 10, burstLimit: 10 };
    everyAnswer(app, {
      plans: [
        Plan.free('free', { quota: Quota.perMonth(50) }),
        Plan.paid('pro', { quota: Quota.perMonth(1_000), price: Price.monthly(2900, 'usd'), throttle }),
      ],
      events: { thresholds: [80] },
    });
    withoutWaiting(app);
  });
}, PATIENCE);

afterEach(() => day.faults.clear());

afterAll(() => day.end());

test(
  'while SQS is away a report is answered with 500, the call costs what was reserved, and a later report counts',
  async () => {
    const { customer, caller } = await day.customer();
    const { body } = await caller.send('GET', 'reported');
    const report = async () => {
      const response = await fetch(body.authorizer.report, { method: 'POST', body: JSON.stringify({ units: 2 }) });
      await response.arrayBuffer();
      return response.status;
    };
    const remaining = async () => (await day.api.balanceOf(customer))?.remaining;
    const rule = day.faults.add({ boundary: 'sqs', fault: { kind: 'reset' } });
    expect([await report(), await remaining()]).toEqual([500, 40]);
    rule.lift();
    expect(await report()).toBe(202);
    expect(await healed(remaining, (left) => left === 48)).toBe(48);
  },
  PATIENCE,
);

test(
  'while SQS is away who pays for a plan has it, and gets a throttle of his own when the event comes again',
  async () => {
    const { customer, caller } = await day.customer();
    const { body } = await caller.send('POST', 'billing/checkout', { plan: 'pro' });
    const rule = day.faults.add({ boundary: 'sqs', function: /Payments/, fault: { kind: 'reset' } });
    await caller.pressPay(body.url);
    const balance = () => day.api.balanceOf(customer);
    expect((await healed(balance, (found) => found?.plan === 'pro'))?.plan).toBe('pro');
    expect((await caller.call()).status).toBe(200);
    rule.lift();
    await day.delivered();
    const found = await healed(balance, (now) => (now?.surrogateKeys ?? []).length > 0);
    expect(found?.surrogateKeys).toHaveLength(1);
    expect((await day.ledger(customer)).filter(({ state }) => state === 'applied')).toHaveLength(1);
  },
  PATIENCE,
);

test(
  'while the event bus is away calls and refunds go on, and events are told when it is back',
  async () => {
    const { customer, caller } = await day.customer({ remaining: 11 });
    const told = async () => {
      const { Events } = (await (await fetch(new URL('/_local/events', day.api.url))).json()) as LocalEvents;
      const details = Events.map(({ Event }) => ({
        type: Event['detail-type'],
        ...(Event.detail as { customer: string }),
      }));
      return details.filter((event) => event.customer === customer).map(({ type }) => type);
    };
    const rule = day.faults.add({ boundary: 'events', fault: { kind: 'reset' } });
    expect((await caller.call()).status).toBe(200);
    expect((await caller.send('GET', 'items/1?status=500')).status).toBe(500);
    const remaining = async () => (await day.api.balanceOf(customer))?.remaining;
    expect(await healed(remaining, (left) => left === 10)).toBe(10);
    await healed(
      () => rule.struck,
      (struck) => struck > 0,
    );
    expect(await told()).toEqual([]);
    rule.lift();
    const types = await healed(told, (found) => found.length > 0);
    expect(new Set(types)).toEqual(new Set(['QuotaThresholdReached']));
  },
  PATIENCE,
);
