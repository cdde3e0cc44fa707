import Stripe from 'stripe';
import { deliver } from '../../bench/webhooks/deliver';
import { purchases, signed, UNITS } from '../../bench/webhooks/events';
import { type Books, entryOf, isTaken, METRICS, outcomeOf } from '../../bench/webhooks/outcome';
import { startLoopbackServer } from '../../local/loopback-server';

/** Four packs of a first customer, one of a second. */
const SOLD = purchases('Shop-1', 5, 'r');
const [FIRST = '', SECOND = ''] = new Set(SOLD.map(({ customer }) => customer));

function books(): { entries: Map<string, string>; credits: Map<string, number> } {
  const ids = SOLD.map(({ customer }, index) => entryOf(customer, `checkout_session#cs_test_r${index}`));
  return {
    entries: new Map(ids.map((id) => [id, 'applied'])),
    credits: new Map([
      [FIRST, 4 * UNITS],
      [SECOND, UNITS],
    ]),
  };
}

function outcome(of: Books, statuses = [200, 200, 200, 200]) {
  const answers = statuses.map((status, index) => ({ status, milliseconds: (index + 1) * 10 }));
  const values = outcomeOf({ answers, milliseconds: 80 }, SOLD, of);
  return Object.fromEntries(METRICS.map(({ metric }, index) => [metric, values[index]]));
}

test('times are of the answers, and so many a second of the whole burst', () => {
  expect(outcome(books())).toEqual({
    p50: 30,
    p99: 40,
    max: 40,
    'answers a second': 50,
    'not taken at first': 0,
    'events lost': 0,
    'units wrong': 0,
  });
});

test('whatever is no 2xx is not taken, no answer included', () => {
  expect(outcome(books(), [200, 299, 300, 500, 0, 199])).toMatchObject({ 'not taken at first': 4 });
  expect(isTaken(undefined)).toBe(false);
});

test('an entry that is missing or not done is an event that is lost', () => {
  const lacking = books();
  const [one = '', another = ''] = lacking.entries.keys();
  lacking.entries.delete(one);
  lacking.entries.set(another, 'pending');
  expect(outcome(lacking)).toMatchObject({ 'events lost': 2, 'units wrong': 0 });
});

test('units of one customer do not make up for those of another', () => {
  const shifted = books();
  shifted.credits.set(FIRST, 3 * UNITS);
  shifted.credits.set(SECOND, 2 * UNITS);
  expect(outcome(shifted)).toMatchObject({ 'events lost': 0, 'units wrong': 2 * UNITS });
  shifted.credits.delete(SECOND);
  expect(outcome(shifted)).toMatchObject({ 'units wrong': 2 * UNITS });
});

test('each event is one of its own, and is signed as Stripe signs', () => {
  expect(new Set(SOLD.map(({ event }) => event.id)).size).toBe(SOLD.length);
  for (const purchase of SOLD) {
    const { payload, headers } = signed(purchase);
    const read = Stripe.webhooks.constructEvent(payload, headers['Stripe-Signature'] ?? '', 'whsec_local');
    expect(read).toEqual(purchase.event);
  }
});

test('a burst is delivered at once, each post on a connection of its own, and answered in its order', async () => {
  const waiting: (() => void)[] = [];
  const server = await startLoopbackServer((request, response) => {
    request.resume();
    waiting.push(() => response.writeHead(request.headers['x-number'] === '2' ? 503 : 200).end());
    // None is answered before all are there.
    if (waiting.length === 4) {
      for (const answer of waiting.reverse()) {
        answer();
      }
    }
  });
  const deliveries = ['0', '1', '2', '3'].map((number) => ({ payload: '{}', headers: { 'X-Number': number } }));
  const { answers, milliseconds } = await deliver(server.url, deliveries);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 503, 200]);
  expect(Math.max(...answers.map((answer) => answer.milliseconds))).toBeLessThanOrEqual(milliseconds);
  await server.close();
  expect((await deliver(server.url, deliveries.slice(0, 1))).answers).toMatchObject([{ status: 0 }]);
});
