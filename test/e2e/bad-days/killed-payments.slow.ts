import { Plan, Price, Quota } from '../../../lib';
import type { Customer } from '../customer';
import { everyAnswer } from '../paid-api';
import { BadDay, patiently } from './bad-day';
import { expectSwept, killAtEachRequest } from './sweep';

const PATIENCE = 120_000;

let day: BadDay;

beforeAll(async () => {
  day = await BadDay.begin((app) => {
    everyAnswer(
      app,
      {
        plans: [
          Plan.free('free', { quota: Quota.perMonth(50) }),
          Plan.paid('pro', { quota: Quota.perBillingPeriod(1_000), price: Price.monthly(2900, 'usd') }),
        ],
      },
      { routePlans: {} },
    );
  });
}, PATIENCE);

afterAll(() => day.end());

interface Buyer {
  readonly customer: string;
  readonly caller: Customer;
}

const given = () => day.customer();
const about = ({ customer }: Buyer) => [customer];

/** As a person does who presses again what has failed. */
async function buy({ caller }: Buyer, wanted: object): Promise<void> {
  const opened = await patiently(() => caller.send('POST', 'billing/checkout', wanted));
  expect(opened.status).toBe(201);
  const { location } = await caller.pressPay(opened.body.url);
  await day.delivered();
  expect((await patiently(() => caller.send('GET', location))).status).toBe(200);
}

async function withPack() {
  const buyer = await given();
  await buy(buyer, { topUp: '100' });
  return { ...buyer, atStripe: await buyer.caller.atStripe(), charge: await buyer.caller.lastCharge() };
}

const ofCharge = ({ customer, charge, atStripe }: Awaited<ReturnType<typeof withPack>>) => [customer, charge, atStripe];

const TOP_UP = { kind: 'top_up', units: 100, state: 'applied' };
const CLAWBACK = { kind: 'clawback', units: -100, state: 'applied' };

test(
  'a pack is credited once, wherever a handler is killed',
  async () => {
    const swept = await killAtEachRequest(day, {
      given,
      about,
      when: (buyer) => buy(buyer, { topUp: '100' }),
      afterwards: async ({ customer }) => {
        expect(await day.api.balanceOf(customer)).toMatchObject({ remaining: 150, credits: 100, owed: 0 });
        expect(await day.ledger(customer)).toEqual([TOP_UP]);
        expect(await day.paidCheckouts(customer)).toHaveLength(1);
      },
    });
    expectSwept(swept, 12);
  },
  PATIENCE,
);

test(
  'a subscription begins once, wherever a handler is killed',
  async () => {
    const swept = await killAtEachRequest(day, {
      given,
      about,
      when: (buyer) => buy(buyer, { plan: 'pro' }),
      afterwards: async ({ customer }) => {
        expect(await day.api.balanceOf(customer)).toMatchObject({ plan: 'pro', remaining: 1_000, standing: 'active' });
        const ledger = await day.ledger(customer);
        expect(ledger.filter(({ state }) => state === 'applied')).toEqual([
          { kind: 'plan', units: 1_000, state: 'applied' },
        ]);
        expect(ledger.filter(({ state }) => state === 'pending')).toEqual([]);
        expect(await day.subscriptions(customer)).toEqual(['active']);
        expect(await day.paidCheckouts(customer)).toHaveLength(1);
      },
    });
    expectSwept(swept, 12);
  },
  PATIENCE,
);

test(
  'a renewal begins its period once, wherever a handler is killed',
  async () => {
    const swept = await killAtEachRequest(day, {
      mostPlaces: 8,
      given: async () => {
        const buyer = await given();
        await buy(buyer, { plan: 'pro' });
        expect((await buyer.caller.call('POST')).status).toBe(200);
        return { ...buyer, subscription: (await buyer.caller.subscription()).id };
      },
      about: ({ customer, subscription }) => [customer, subscription],
      when: async ({ subscription }) => {
        await day.stripe.pull(`subscriptions/${subscription}/renew?outcome=paid`);
        await day.delivered();
      },
      afterwards: async ({ customer }) => {
        expect(await day.api.balanceOf(customer)).toMatchObject({ plan: 'pro', remaining: 1_000, standing: 'active' });
        const ledger = await day.ledger(customer);
        expect(ledger.filter(({ state }) => state !== 'void')).toEqual([
          { kind: 'plan', units: 1_000, state: 'applied' },
          { kind: 'renewal', units: 1_000, state: 'applied' },
        ]);
        expect(await day.subscriptions(customer)).toEqual(['active']);
      },
    });
    expectSwept(swept, 5);
  },
  PATIENCE,
);

test(
  'a refund takes its units once, wherever a handler is killed',
  async () => {
    const swept = await killAtEachRequest(day, {
      mostPlaces: 8,
      given: withPack,
      about: ofCharge,
      when: async ({ charge }) => {
        await day.stripe.api.refunds.create({ charge });
        await day.delivered();
      },
      afterwards: async ({ customer }) => {
        expect(await day.api.balanceOf(customer)).toMatchObject({ remaining: 50, credits: 0, owed: 0 });
        expect(await day.ledger(customer)).toEqual([TOP_UP, CLAWBACK]);
      },
    });
    expectSwept(swept, 5);
  },
  PATIENCE,
);

test(
  'a dispute that is won takes its units and brings them back once, wherever a handler is killed',
  async () => {
    const swept = await killAtEachRequest(day, {
      mostPlaces: 8,
      given: withPack,
      about: ofCharge,
      when: async ({ charge }) => {
        await day.stripe.pull(`charges/${charge}/dispute?outcome=won`);
        await day.delivered();
      },
      afterwards: async ({ customer }) => {
        expect(await day.api.balanceOf(customer)).toMatchObject({ remaining: 150, credits: 100, owed: 0 });
        const restored = { kind: 'restored', units: 100, state: 'applied' };
        expect(await day.ledger(customer)).toEqual([TOP_UP, CLAWBACK, restored]);
      },
    });
    expectSwept(swept, 5);
  },
  PATIENCE,
);

test(
  'after all of it, the reconciler finds nothing that is missing',
  async () => {
    expect(await day.operator.reconcile()).toMatchObject({ missed: 0, failed: 0 });
  },
  PATIENCE,
);
