import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CustomerEvent, customerEvents } from '../../lambda/domain/customer-events';
import { Refusals } from '../../lambda/domain/refusals';
import { CustomerEventType } from '../../lib';
import { balance, CATALOGUE, NOW } from '../lambda/fixtures';

const text = readFileSync(join(__dirname, '..', '..', 'docs', 'events.md'), 'utf8');
const examples = [...text.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) => JSON.parse(json));

/** An event of each type, as it is told. */
async function everyEvent(): Promise<CustomerEvent[]> {
  const terms = { paywall: 'shop', catalogue: CATALOGUE, thresholds: [80] };
  const written = (before: object, after: object) => ({
    ...{ customer: 'c1', id: '1', at: NOW },
    ...{ before: { balance: balance(before) }, after: { balance: balance(after) } },
  });
  const told: CustomerEvent[] = [
    ...customerEvents(written({ remaining: 40 }, { remaining: 1 }), terms),
    ...customerEvents(written({ remaining: 0 }, { remaining: 20 }), terms),
    ...customerEvents(written({}, { graceEndsAt: NOW }), terms),
    ...customerEvents(written({}, { plan: 'pro', remaining: 900 }), terms),
    ...customerEvents(written({}, { keys: {} }), terms),
  ];
  const marks = { isTold: async () => false, note: async () => undefined };
  const bus = { send: async (events: readonly CustomerEvent[]) => void told.push(...events) };
  const refused = { customer: 'c1', plan: 'free', periodStart: NOW, route: 'GET /', requestId: 'r', at: NOW };
  await new Refusals({ paywall: 'shop', marks, bus }).tell([{ ...refused, reason: 'quota_exhausted' }]);
  return told;
}

test('the examples of events have the members that events have', async () => {
  const shape = (type: string, detail: object) => [type, Object.keys(detail).sort()];
  const told = (await everyEvent()).map(({ type, detail }) => shape(type, detail));

  expect(Object.fromEntries(examples.map((one) => shape(one['detail-type'], one.detail)))).toEqual(
    Object.fromEntries(told),
  );
  expect(examples.map(({ source }) => source)).toEqual(examples.map(() => 'cdk-paywall'));
});

test('each type has a heading and an example, and a name in the constructs', () => {
  const headings = [...text.matchAll(/^## (\w+)$/gm)].map(([, heading]) => heading);
  const types = examples.map((one) => one['detail-type']);

  expect(headings).toEqual(types);
  expect([...types].sort()).toEqual(Object.values(CustomerEventType).sort());
});
