import { createHmac } from 'node:crypto';
import { newCustomerId } from '../../../lambda/domain/api-key';
import { Environment } from '../../../lib/private/environment';
import { event } from '../../lambda/payments/events';
import { checkoutSession } from '../../lambda/payments/objects';
import { everyAnswer } from '../paid-api';
import { BadDay, withoutWaiting } from './bad-day';

const PATIENCE = 60_000;

let day: BadDay;

beforeAll(async () => {
  day = await BadDay.begin((app) => {
    everyAnswer(app);
    withoutWaiting(app);
  });
}, PATIENCE);

afterAll(() => day.end());

/** An event that was signed at another time than it comes, by so many seconds. */
async function deliver(customer: string, skew: number): Promise<number> {
  const ids = day.api.server.app.functions.map(({ environment }) => environment[Environment.PAYWALL_ID]);
  const paywall = ids.find((id) => id !== undefined) ?? '';
  const session = checkoutSession(`cs_test_${customer}`, { paywall, customer, topUp: '100', units: '100' });
  const body = JSON.stringify(event('checkout.session.completed', session, { id: `evt_${customer}` }));
  const time = (await day.stripe.now()) + skew;
  const signature = createHmac('sha256', 'whsec_local').update(`${time}.${body}`).digest('hex');
  const headers = { 'Stripe-Signature': `t=${time},v1=${signature}` };
  const response = await fetch(new URL('billing/stripe/webhook', day.api.url), { method: 'POST', headers, body });
  await response.arrayBuffer();
  return response.status;
}

test(
  'an event that is signed more than five minutes ago, or ahead, is refused, and counts once it comes with a fresh signature',
  async () => {
    const customer = newCustomerId();
    expect([await deliver(customer, -330), await deliver(customer, 330)]).toEqual([400, 400]);
    expect(await day.api.balanceOf(customer)).toBeUndefined();
    expect([await deliver(customer, -270), await deliver(customer, 270)]).toEqual([200, 200]);
    expect((await day.api.balanceOf(customer))?.credits).toBe(100);
  },
  PATIENCE,
);

test(
  'what an outage has held back comes in any order and twice, and each payment counts once',
  async () => {
    // GIVEN events that were held back: of packs, of a plan, and of a refund
    const { customer, caller } = await day.customer();
    const since = await day.stripe.now();
    const letGo = await day.stripe.holdEvents();
    const buy = async (wanted: object) => {
      const { body } = await caller.send('POST', 'billing/checkout', wanted);
      await caller.pressPay(body.url);
    };
    await buy({ topUp: '100' });
    await day.stripe.api.refunds.create({ charge: await caller.lastCharge() });
    await buy({ topUp: '100' });
    await buy({ plan: 'pro' });
    expect(await day.api.balanceOf(customer)).toMatchObject({ plan: 'free', remaining: 50, credits: 0 });

    // WHEN they come, the newest first
    await letGo();
    const bringAll = async () => {
      for await (const { id } of day.stripe.api.events.list({ created: { gte: since }, limit: 100 })) {
        await day.stripe.pull(`events/${id}/redeliver`);
      }
      await day.delivered();
    };
    await bringAll();
    const whole = { plan: 'pro', remaining: 1_100, credits: 100, owed: 0 };
    expect(await day.api.balanceOf(customer)).toMatchObject(whole);
    // AND all of them again
    await bringAll();

    // THEN nothing counts twice
    expect(await day.api.balanceOf(customer)).toMatchObject(whole);
    expect(await day.subscriptions(customer)).toEqual(['active']);
  },
  PATIENCE,
);

test(
  'what is never delivered is found by the reconciler',
  async () => {
    const { customer, caller } = await day.customer();
    await day.stripe.holdEvents();
    const { body } = await caller.send('POST', 'billing/checkout', { topUp: '100' });
    await caller.pressPay(body.url);
    expect((await day.api.balanceOf(customer))?.credits).toBe(0);
    expect((await day.operator.reconcile()).failed).toBe(0);
    expect((await day.api.balanceOf(customer))?.credits).toBe(100);
  },
  PATIENCE,
);
