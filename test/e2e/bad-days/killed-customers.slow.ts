import { SignUp } from '../../../lib';
import type { LocalEvents } from '../../../local/events/local-events';
import { Agent } from '../agent';
import { everyAnswer } from '../paid-api';
import { BadDay, healed, patiently, withoutWaiting } from './bad-day';
import { expectSwept, killAtEachRequest } from './sweep';

const PATIENCE = 120_000;

let day: BadDay;

beforeAll(async () => {
  day = await BadDay.begin((app) => {
    const signUp = SignUp.open({ perHour: 100 });
    everyAnswer(app, { events: { thresholds: [80] }, networkId: 'profile_test_1', signUp });
    withoutWaiting(app);
  });
}, PATIENCE);

afterAll(() => day.end());

const given = () => day.customer();
const about = ({ customer }: { readonly customer: string }) => [customer];

test(
  'who signs up has one balance, and a key or the operator’s, wherever a handler is killed',
  async () => {
    let byOperator = 0;
    const swept = await killAtEachRequest(day, {
      given: async () => {
        const stranger = day.caller('');
        const { body } = await stranger.send('POST', 'billing/checkout', { plan: 'free' });
        const session = String(/cs_test_\w+/.exec(body.url)?.[0]);
        const { metadata } = await day.stripe.api.checkout.sessions.retrieve(session);
        return {
          stranger,
          session,
          customer: String(metadata?.customer),
          url: body.url,
          claim: body.claim,
          keys: [''],
        };
      },
      about: ({ customer, session }) => [customer, session],
      when: async (newcomer) => {
        const { stranger, url, claim, customer } = newcomer;
        const { location } = await stranger.pressPay(url);
        await day.delivered();
        const { status, body } = await patiently(() => stranger.send('GET', location, undefined, claim));
        expect(status).toBe(200);
        newcomer.keys = [
          body.apiKey ?? (await day.operator.operate('createKey', { customer, name: 'again', by: 'ada' })).apiKey,
        ];
        byOperator += body.apiKey === null ? 1 : 0;
      },
      afterwards: async ({ customer, keys: [apiKey = ''] }) => {
        expect(await day.caller(apiKey).usage()).toMatchObject({ customer, plan: 'free', remaining: 50, credits: 0 });
        expect(await day.paidCheckouts(customer)).toHaveLength(1);
        const { keys } = await day.operator.operate('keys', { customer });
        expect(keys.length).toBeLessThanOrEqual(2);
      },
    });
    expectSwept(swept, 8);
    // The answer that had it was lost, and it is kept nowhere.
    expect(byOperator).toBeGreaterThan(0);
    expect(byOperator).toBeLessThan(swept.runs / 2);
  },
  PATIENCE,
);

test(
  'who signs up without Checkout has a key of a customer of his own, wherever the handler is killed',
  async () => {
    let marks = 0;
    const swept = await killAtEachRequest(day, {
      given: async () => ({ mark: `run-${++marks}-`, apiKey: '' }),
      about: ({ mark }) => [mark],
      // Counted by address and hour; there is one address here.
      mostPlaces: 6,
      parallel: 1,
      when: async (newcomer) => {
        const answer = await patiently(() => day.caller('').send('POST', `billing/sign-up?${newcomer.mark}=1`));
        newcomer.apiKey = answer.body.apiKey;
      },
      afterwards: async ({ apiKey }) => {
        expect(await day.caller(apiKey).usage()).toMatchObject({ plan: 'free', remaining: 50, credits: 0 });
      },
    });
    expectSwept(swept, 3);
  },
  PATIENCE,
);

test(
  'who replaces a key is served by the old one until its time is over and by the new one, wherever the handler is killed',
  async () => {
    const swept = await killAtEachRequest(day, {
      given: async () => {
        const known = await given();
        const { body } = await known.caller.send('GET', 'billing/keys');
        return { ...known, keyId: body.keys[0].id as string, replaced: known.caller };
      },
      about,
      when: async (known) => {
        const path = `billing/keys/${known.keyId}/rotate`;
        const { status, body } = await patiently(() => known.caller.send('POST', path, { overlap: 600 }));
        expect(status).toBe(201);
        known.replaced = day.caller(body.apiKey);
      },
      afterwards: async ({ customer, keyId, caller, replaced }) => {
        expect([(await caller.call()).status, (await replaced.call()).status]).toEqual([200, 200]);
        const { keys } = await day.operator.operate('keys', { customer });
        expect(keys.find(({ id }) => id === keyId)?.expiresAt).toEqual(expect.any(String));
        // One more where the handler was killed once the first was made: it stands in the list, and nobody has it.
        expect(keys.length).toBeLessThanOrEqual(3);
      },
    });
    expectSwept(swept, 8);
  },
  PATIENCE,
);

test(
  'an agent pays once and is served, wherever a handler is killed',
  async () => {
    const swept = await killAtEachRequest(day, {
      given: async () => {
        const { customer, apiKey } = await day.api.addCustomer({ remaining: 0 });
        const agent = new Agent(day.api.url, day.stripe, apiKey);
        const challenge = await agent.refused();
        return { customer, agent, challenge, token: await agent.grant(challenge) };
      },
      about,
      when: async ({ agent, challenge, token }) => {
        expect((await patiently(() => agent.pay(challenge, token))).status).toBe(200);
        await day.delivered();
      },
      afterwards: async ({ customer }) => {
        const { data } = await day.stripe.api.paymentIntents.list({ limit: 100 });
        const own = data.filter(({ metadata }) => metadata.customer === customer);
        expect(own.map(({ status }) => status)).toEqual(['succeeded']);
        expect(await day.ledger(customer)).toEqual([{ kind: 'top_up', units: 100, state: 'applied' }]);
        // The unit of a call whose authorizer was killed once it was spent is gone; none is there that was not paid for.
        const { remaining = 0 } = (await day.api.balanceOf(customer)) ?? {};
        expect([98, 99]).toContain(remaining);
      },
    });
    expectSwept(swept, 8);
  },
  PATIENCE,
);

test(
  'a call that was not served is given back once, wherever the settlement is killed',
  async () => {
    const swept = await killAtEachRequest(day, {
      given,
      about,
      function: /Settlement/,
      // What Lambda gives up after three attempts is a batch, which may have calls of two customers.
      parallel: 2,
      when: async ({ caller, customer }) => {
        expect((await caller.send('GET', 'items/1?status=500')).status).toBe(500);
        await healed(
          () => day.api.balanceOf(customer),
          (balance) => balance?.remaining === 50,
        );
        // The entry is marked after the balance.
        await healed(
          () => day.ledger(customer),
          (entries) => entries.every(({ state }) => state === 'applied'),
        );
      },
      afterwards: async ({ customer }) => {
        expect(await day.api.balanceOf(customer)).toMatchObject({ remaining: 50, credits: 0, owed: 0 });
        expect(await day.ledger(customer)).toEqual([{ kind: 'settlement', units: 1, state: 'applied' }]);
      },
    });
    expectSwept(swept, 4);
  },
  PATIENCE,
);

test(
  'what a backend reports is charged once, wherever a handler is killed',
  async () => {
    const swept = await killAtEachRequest(day, {
      given: async () => {
        const known = await given();
        const { body } = await known.caller.send('GET', 'reported');
        return { ...known, report: body.authorizer.report as string };
      },
      about,
      function: /Settlement|Billing/,
      // A message may fail five times, and stands in a batch with those of others.
      mostPlaces: 4,
      when: async ({ report, customer }) => {
        const send = () => fetch(report, { method: 'POST', body: JSON.stringify({ units: 30 }) });
        expect((await patiently(send)).status).toBe(202);
        await healed(
          () => day.api.balanceOf(customer),
          (balance) => balance?.remaining === 20,
        );
        await healed(
          () => day.ledger(customer),
          (entries) => entries.every(({ state }) => state === 'applied'),
        );
      },
      afterwards: async ({ customer }) => {
        expect(await day.api.balanceOf(customer)).toMatchObject({ remaining: 20, credits: 0, owed: 0 });
        expect(await day.ledger(customer)).toEqual([{ kind: 'settlement', units: -20, state: 'applied' }]);
      },
    });
    expectSwept(swept, 4);
  },
  PATIENCE,
);

test(
  'each event is told, and as the same one where it is told twice, wherever its handler is killed',
  async () => {
    const told = async (customer: string) => {
      const { Events } = (await (await fetch(new URL('/_local/events', day.api.url))).json()) as LocalEvents;
      return Events.map(({ Event }) => Event.detail as { customer: string; id: string }).filter(
        ({ customer: of }) => of === customer,
      );
    };
    const swept = await killAtEachRequest(day, {
      given: () => day.customer({ remaining: 11 }),
      about,
      function: /Events/,
      when: async ({ caller, customer }) => {
        expect((await caller.call()).status).toBe(200);
        await healed(
          () => told(customer),
          (events) => events.length > 0,
        );
      },
      afterwards: async ({ customer }) => {
        expect(new Set((await told(customer)).map(({ id }) => id)).size).toBe(1);
      },
    });
    expectSwept(swept, 1);
  },
  PATIENCE,
);
