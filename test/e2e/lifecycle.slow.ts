import type { App } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { Plan, Price, Quota } from '../../lib';
import { Customer } from './customer';
import { everyAnswer, type PaidApi, startPaidApi } from './paid-api';
import { StripeSide } from './stripe-side';

const MINUTE = 60;
const DAY = 86_400;

let api: PaidApi;
let stripe: StripeSide;

beforeAll(async () => {
  api = await startPaidApi({}, (app) => {
    everyAnswer(app, {
      plans: [
        Plan.free('free', { quota: Quota.perMonth(10) }),
        Plan.paid('pro', { quota: Quota.perBillingPeriod(20), price: Price.monthly(2900, 'usd') }),
        Plan.paid('max', { quota: Quota.perBillingPeriod(50), price: Price.monthly(5900, 'usd') }),
      ],
    });
    withoutReconciler(app);
  });
  stripe = new StripeSide(api.server.stripe?.url ?? '');
  // The middle of a month, at noon, whatever day it is: so no month is shorter than the test takes it for.
  await stripe.advanceTo(Date.UTC(new Date().getUTCFullYear() + 1, 2, 10, 12) / 1_000);
});

afterAll(() => api.close());

/** What is tried here is what webhooks bring, and what holds until they do. */
function withoutReconciler(app: App): void {
  for (const rule of app.node.findAll().filter((node) => node instanceof CfnRule)) {
    rule.state = 'DISABLED';
  }
}

const signUp = (plan: string) => Customer.signUp(api.url, stripe, plan);

async function endOfPeriod(customer: Customer): Promise<number> {
  return (await customer.subscription()).items.data[0]?.current_period_end ?? 0;
}

/** To a minute after the subscription's period has ended. */
async function renew(customer: Customer): Promise<void> {
  await stripe.advanceTo((await endOfPeriod(customer)) + MINUTE);
}

async function priceOf(plan: string): Promise<string> {
  const { data } = await stripe.api.prices.list({ limit: 100 });
  return data.find(({ lookup_key: key }) => key?.endsWith(`/plan/${plan}`))?.id ?? '';
}

/** As a customer does in Stripe's portal: another price, and nothing else that would tell of it. */
async function changePrice(customer: Customer, plan: string, proration: 'always_invoice' | 'create_prorations') {
  const { id, items } = await customer.subscription();
  const item = { id: items.data[0]?.id, price: await priceOf(plan) };
  await stripe.api.subscriptions.update(id, { items: [item], proration_behavior: proration });
  await stripe.delivered();
}

describe('the life of a customer, from one thing to the next', () => {
  let ada: Customer;
  let checkoutUrl: string;

  test('she signs up for nothing, calls, and meets the 402', async () => {
    ada = await signUp('free');
    expect(await ada.usage()).toMatchObject({ plan: 'free', limit: 10, remaining: 10 });
    expect((await ada.call('POST')).status).toBe(200);
    expect((await ada.call('POST')).status).toBe(200);
    const refused = await ada.call();
    expect(refused).toMatchObject({ status: 402, reason: 'quota_exhausted' });
    ({ checkoutUrl } = refused);
    expect(await ada.usage()).toMatchObject({ plan: 'free', remaining: 0 });
  });

  test('she follows its link, pays for a plan, and the next call is served', async () => {
    // The link of the first refusal: a second one in a row is remembered for half a second, and to pay takes less here. Who uses up a
    // month's units in a minute is recommended the largest plan; she takes the smaller one.
    expect(checkoutUrl).toContain('plan=max');
    const link = await ada.send('GET', checkoutUrl.replace('plan=max', 'plan=pro'));
    expect(link.status).toBe(303);
    expect(await ada.pay(link.location)).toMatchObject({ purchase: 'plan Pro', apiKey: null });
    expect((await ada.call()).status).toBe(200);
    const { resetsAt, ...usage } = await ada.usage();
    expect(usage).toMatchObject({ plan: 'pro', standing: 'active', limit: 20, remaining: 19, credits: 0 });
    expect(Date.parse(resetsAt) / 1_000).toBe(await endOfPeriod(ada));
  });

  test('she buys units, which are spent after those of the plan', async () => {
    await ada.buy({ topUp: '100' });
    expect(await ada.usage()).toMatchObject({ remaining: 119, included: 19, credits: 100 });
    for (let calls = 0; calls < 5; calls++) {
      expect((await ada.call('POST')).status).toBe(200);
    }
    expect(await ada.usage()).toMatchObject({ remaining: 94, included: 0, credits: 94 });
  });

  test('the subscription renews: the plan’s units are back, and bought ones are as they were', async () => {
    await renew(ada);
    expect((await ada.call()).status).toBe(200);
    const { resetsAt, ...usage } = await ada.usage();
    expect(usage).toMatchObject({ plan: 'pro', remaining: 113, included: 19, credits: 94 });
    expect(Date.parse(resetsAt) / 1_000).toBe(await endOfPeriod(ada));
  });

  test('she goes up in mid-period, pays for the rest of it, and what she has spent stays spent', async () => {
    await stripe.advance(10 * DAY);
    await changePrice(ada, 'max', 'always_invoice');
    const { data } = await stripe.api.invoices.list({ subscription: (await ada.subscription()).id });
    expect(data[0]).toMatchObject({ status: 'paid', billing_reason: 'subscription_update' });
    expect(data[0]?.amount_paid).toBeGreaterThan(0);
    expect(data[0]?.amount_paid).toBeLessThan(3_000);
    expect((await ada.call()).status).toBe(200);
    expect(await ada.usage()).toMatchObject({ plan: 'max', limit: 50, included: 48, credits: 94 });
  });

  test('she goes down again, and so do the units', async () => {
    await changePrice(ada, 'pro', 'create_prorations');
    expect((await ada.call()).status).toBe(200);
    expect(await ada.usage()).toMatchObject({ plan: 'pro', limit: 20, included: 17, credits: 94 });
    await renew(ada);
    expect(await ada.usage()).toMatchObject({ plan: 'pro', included: 20, credits: 94 });
  });

  test('a renewal fails: she is served for the time of grace, with the new period’s units', async () => {
    await stripe.pull(`customers/${await ada.atStripe()}/card?outcome=failed`);
    await renew(ada);
    expect((await ada.subscription()).status).toBe('past_due');
    expect((await ada.call()).status).toBe(200);
    const { graceEndsAt, ...usage } = await ada.usage();
    expect(usage).toMatchObject({ plan: 'pro', standing: 'grace', included: 19, credits: 94 });
    expect(Date.parse(graceEndsAt) / 1_000 - (await stripe.now())).toBeGreaterThan(3 * DAY - MINUTE);
    await stripe.advance(3 * DAY - 2 * MINUTE);
    expect((await ada.call()).status).toBe(200);
  });

  test('the time of grace is over: the 402 leads to the invoice, and the next call after paying that is served', async () => {
    await stripe.advance(3 * MINUTE);
    const refused = await ada.call();
    expect(refused).toMatchObject({ status: 402, reason: 'payment_failed' });
    expect(await ada.usage()).toMatchObject({ plan: 'pro', standing: 'grace', included: 18 });
    const link = await ada.send('GET', refused.checkoutUrl);
    const [open] = (await stripe.api.invoices.list({ status: 'open' })).data;
    expect(link).toMatchObject({ status: 303, location: open?.hosted_invoice_url });
    // WHEN
    await ada.send('POST', link.location);
    await stripe.delivered();
    // THEN
    expect((await ada.call()).status).toBe(200);
    expect(await ada.usage()).toMatchObject({ plan: 'pro', standing: 'active', included: 17, credits: 94 });
  });

  test('she cancels in the portal, and is served to the end of the period that she has paid', async () => {
    const portal = await ada.send('POST', 'billing/portal');
    const { id } = await ada.subscription();
    await ada.send('POST', portal.body.url, new URLSearchParams({ action: 'cancel', subscription: id }));
    await stripe.delivered();
    await stripe.advanceTo((await endOfPeriod(ada)) - MINUTE);
    expect((await ada.call()).status).toBe(200);
    expect(await ada.usage()).toMatchObject({ plan: 'pro', included: 16 });
    await stripe.advance(2 * MINUTE);
    expect((await ada.call()).status).toBe(200);
    expect(await ada.usage()).toMatchObject({ plan: 'free', standing: 'active', included: 9, credits: 94 });
  });

  test('she is deleted at Stripe: what she has bought is hers, and she can buy again', async () => {
    await ada.buy({ plan: 'pro' });
    expect(await ada.usage()).toMatchObject({ plan: 'pro', included: 20, credits: 94 });
    const deleted = await ada.atStripe();
    await stripe.api.customers.del(deleted);
    await stripe.delivered();
    expect((await ada.call()).status).toBe(200);
    expect(await ada.usage()).toMatchObject({ plan: 'free', standing: 'active', included: 9, credits: 94 });
    await ada.buy({ plan: 'max' });
    expect((await ada.call()).status).toBe(200);
    expect(await ada.usage()).toMatchObject({ plan: 'max', included: 49, credits: 94 });
    expect(await ada.atStripe()).not.toBe(deleted);
  });
});

test('a payment that is never made: after the last attempt the customer is on the free plan', async () => {
  // GIVEN
  const bob = await signUp('pro');
  await bob.buy({ topUp: '100' });
  await stripe.pull(`customers/${await bob.atStripe()}/card?outcome=failed`);
  const { id } = await bob.subscription();
  await renew(bob);
  // WHEN the attempts after three and after eight days have failed
  await stripe.advance(8 * DAY);
  expect((await bob.call()).status).toBe(402);
  expect(await bob.usage()).toMatchObject({ plan: 'pro', standing: 'grace' });
  // and the one after fifteen
  await stripe.advance(7 * DAY);
  // THEN
  expect((await stripe.api.subscriptions.retrieve(id)).status).toBe('canceled');
  expect((await bob.call()).status).toBe(200);
  expect(await bob.usage()).toMatchObject({ plan: 'free', standing: 'active', included: 9, credits: 100 });
});

test('a refund takes back what is unspent, and the next purchase settles the rest', async () => {
  // GIVEN 70 of 100 bought units that are left
  const eve = await signUp('free');
  await eve.buy({ topUp: '100' });
  for (let calls = 0; calls < 8; calls++) {
    await eve.call('POST');
  }
  expect(await eve.usage()).toMatchObject({ included: 0, credits: 70 });
  // WHEN
  await stripe.api.refunds.create({ charge: await eve.lastCharge() });
  await stripe.delivered();
  // THEN
  expect(await eve.call()).toMatchObject({ status: 402, reason: 'quota_exhausted' });
  expect(await eve.usage()).toMatchObject({ remaining: 0, credits: 0 });
  await eve.buy({ topUp: '100' });
  expect(await eve.usage()).toMatchObject({ remaining: 70, credits: 70 });
  expect((await eve.call()).status).toBe(200);
});

test('a dispute takes the units until it is won', async () => {
  const zoe = await signUp('free');
  await zoe.buy({ topUp: '100' });
  const { id } = await stripe.pull(`charges/${await zoe.lastCharge()}/dispute`);
  await stripe.delivered();
  expect(await zoe.usage()).toMatchObject({ remaining: 10, credits: 0 });
  expect((await zoe.call()).status).toBe(200);
  await stripe.advance(30 * DAY);
  await stripe.pull(`disputes/${id}/close?outcome=won`);
  await stripe.delivered();
  expect((await zoe.call()).status).toBe(200);
  expect(await zoe.usage()).toMatchObject({ included: 9, credits: 100 });
});

test('a dispute that is lost takes them for good', async () => {
  const max = await signUp('free');
  await max.buy({ topUp: '100' });
  const { id } = await stripe.pull(`charges/${await max.lastCharge()}/dispute`);
  await stripe.advance(30 * DAY);
  await stripe.pull(`disputes/${id}/close?outcome=lost`);
  await stripe.delivered();
  expect((await max.call()).status).toBe(200);
  expect(await max.usage()).toMatchObject({ plan: 'free', included: 9, credits: 0 });
});

test('a webhook that is late interrupts nobody, and brings nothing twice', async () => {
  // GIVEN a customer who has nothing left but what comes with the renewal
  const tom = await signUp('pro');
  for (let calls = 0; calls < 4; calls++) {
    expect((await tom.call('POST')).status).toBe(200);
  }
  expect(await tom.call()).toMatchObject({ status: 402, reason: 'quota_exhausted' });
  const letGo = await stripe.holdEvents();
  // WHEN the period has ended, and no event tells of the next one
  await renew(tom);
  // THEN
  expect((await tom.call('POST')).status).toBe(200);
  const before = await tom.usage();
  expect(before).toMatchObject({ plan: 'pro', standing: 'active', included: 15 });
  expect(Date.parse(before.resetsAt) / 1_000).toBe(await endOfPeriod(tom));
  // WHEN they come a day later
  await stripe.advance(DAY);
  await letGo();
  // THEN
  expect(await tom.usage()).toEqual(before);
  expect((await tom.call()).status).toBe(200);
  await renew(tom);
  expect(await tom.usage()).toMatchObject({ included: 20 });
});

test('a link in a 402 leads nowhere a day later', async () => {
  const liz = await signUp('free');
  await liz.call('POST');
  await liz.call('POST');
  const { checkoutUrl } = await liz.call();
  await stripe.advance(DAY + MINUTE);
  expect((await liz.send('GET', checkoutUrl)).status).toBe(410);
});
