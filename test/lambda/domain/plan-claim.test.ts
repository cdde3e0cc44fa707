import fc from 'fast-check';
import { type Balance, boughtUnits, creditsLeft, findPlan, periodUnits } from '../../../lambda/domain/balance';
import { calendarPeriodEnd } from '../../../lambda/domain/calendar';
import { type ChargeRequest, charge, type Decision } from '../../../lambda/domain/charge';
import { windowOf } from '../../../lambda/domain/period';
import { isHeeded, newcomersBalance, type PlanClaim, withClaim } from '../../../lambda/domain/plan-claim';
import type { Catalogue } from '../../../lib/private/catalogue';
import { examples } from '../../support/examples';
import { balance, CATALOGUE, NOW, plan } from '../fixtures';
import { MemorySpendingStore } from './memory-spending-store';
import { MemoryTokenCustomers } from './memory-token-customers';

const MIXED: Catalogue = {
  ...CATALOGUE,
  plans: [
    plan('free', 50),
    plan('pro', 1_000),
    plan('daily', 20, 'day'),
    plan('busy', 200, 'day'),
    plan('pack', 300, 'once'),
    plan('open', undefined, 'unlimited'),
  ],
};

function claimOf(id: string, issuedAt = NOW): PlanClaim {
  return { plan: id, issuedAt, defaultPlan: 'free' };
}

describe('a claim', () => {
  const [old, young] = [NOW - 60, NOW];

  test.each<[string, Pick<Balance, 'plan' | 'claimed'>, PlanClaim, boolean]>([
    ['of the default plan says nothing new', { plan: 'free' }, claimOf('free'), true],
    ['of the default plan takes nothing away that was bought', { plan: 'pro' }, claimOf('free'), true],
    ['of another plan is new', { plan: 'free' }, claimOf('pro'), false],
    ['that was heeded is heeded', { plan: 'pro', claimed: { plan: 'pro', at: old } }, claimOf('pro', young), true],
    [
      'that was heeded stands behind what was bought since',
      { plan: 'max', claimed: { plan: 'pro', at: old } },
      claimOf('pro', young),
      true,
    ],
    [
      'is new again to who is back on the default plan',
      { plan: 'free', claimed: { plan: 'pro', at: young } },
      claimOf('pro', old),
      false,
    ],
    ['of an older token is not', { plan: 'pro', claimed: { plan: 'pro', at: young } }, claimOf('max', old), true],
    [
      'of an older token is not, of the default plan either',
      { plan: 'pro', claimed: { plan: 'pro', at: young } },
      claimOf('free', old),
      true,
    ],
    ['of a younger token is new', { plan: 'pro', claimed: { plan: 'pro', at: old } }, claimOf('free', young), false],
  ])('%s', (_, standing, claim, heeded) => {
    expect(isHeeded(standing, claim)).toBe(heeded);
  });
});

test('a newcomer is on the plan that his token claims, or else on the default plan', () => {
  const secret = new Uint8Array(16);
  expect(newcomersBalance(CATALOGUE, claimOf('pro'), NOW, secret)).toMatchObject({
    plan: 'pro',
    remaining: 1_000,
    claimed: { plan: 'pro', at: NOW },
  });
  expect(newcomersBalance(CATALOGUE, undefined, NOW, secret)).toMatchObject({
    plan: 'free',
    remaining: 50,
    credits: 0,
  });
});

describe('a change of plan by a claim', () => {
  function switched(read: Partial<Balance>, id: string, now = NOW): Balance {
    return withClaim(balance(read), claimOf(id), MIXED, now);
  }

  test.each<[string, Partial<Balance>, string, Partial<Balance>]>([
    ['up', { remaining: 30 }, 'pro', { remaining: 980, credits: 0 }],
    ['up, when bought units are being spent', { remaining: 4, credits: 10 }, 'pro', { remaining: 954, credits: 4 }],
    ['up, when units are owed', { remaining: -4, credits: 10 }, 'pro', { remaining: 946, credits: 0 }],
    ['down', { plan: 'pro', remaining: 1_070, credits: 100 }, 'free', { remaining: 120, credits: 100 }],
    [
      'down, below what was spent',
      { plan: 'pro', remaining: 300, credits: 100 },
      'free',
      { remaining: 100, credits: 100, shortfall: 750 },
    ],
    [
      'down, when bought units are being spent',
      { plan: 'pro', remaining: 70, credits: 100 },
      'free',
      { remaining: 70, credits: 70, shortfall: 950 },
    ],
    ['up again, after going below what was spent', { remaining: 0, shortfall: 750 }, 'pro', { remaining: 200 }],
    ['to one that is there already', { plan: 'pro', remaining: 7 }, 'pro', { remaining: 7 }],
  ])('%s counts what was spent, in the same period', (_, read, id, expected) => {
    const { periodStart, periodEnd } = balance();
    const claimed = { plan: id, at: NOW };
    expect(switched(read, id)).toEqual(balance({ ...read, shortfall: undefined, ...expected, plan: id, claimed }));
    expect(switched(read, id)).toMatchObject({ periodStart, periodEnd });
  });

  test('to a plan of another window begins that, and back again goes on where it was left', () => {
    const month = { start: balance().periodStart, end: balance().periodEnd };
    const daily = switched({ remaining: 10, credits: 3 }, 'daily');
    expect(daily).toMatchObject({ remaining: 23, credits: 3, periodStart: NOW, periodEnd: NOW + 43_200 });
    expect(daily.leftWindows).toEqual({ 'month Etc/UTC': { ...month, spent: 43 } });
    const back = withClaim({ ...daily, remaining: 9 }, claimOf('pro', NOW + 1), MIXED, NOW + 1);
    expect(back).toMatchObject({ remaining: 960, credits: 3, periodStart: month.start, periodEnd: month.end });
    expect(back.leftWindows).toEqual({ 'day Etc/UTC': { start: NOW, end: NOW + 43_200, spent: 14 } });
    const tomorrow = withClaim(back, claimOf('daily', NOW + 2), MIXED, NOW + 43_200);
    expect(tomorrow).toMatchObject({ remaining: 23, periodStart: NOW + 43_200 });
  });

  test('to no limit keeps bought units, and from there goes on where it was left', () => {
    const open = switched({ remaining: 10, credits: 3 }, 'open');
    expect(creditsLeft(open)).toBe(3);
    expect(open.remaining).toBe(3 + periodUnits(findPlan(MIXED, 'open')));
    const back = withClaim({ ...open, remaining: open.remaining - 500 }, claimOf('free', NOW + 1), MIXED, NOW + 1);
    expect(back).toMatchObject({ plan: 'free', remaining: 10, credits: 3, leftWindows: {} });
  });

  test('from a plan that has been made smaller since gives no more than the new one has', () => {
    expect(switched({ plan: 'free', remaining: 900 }, 'pro').remaining).toBe(1_000);
  });
});

describe('calls by tokens', () => {
  function world() {
    const store = new MemorySpendingStore();
    const customers = new MemoryTokenCustomers(store.balances);
    const tokens = { customers, newLinkSecret: () => new Uint8Array(16) };
    const call = (overrides: Partial<ChargeRequest> = {}, now = NOW): Promise<Decision> =>
      charge(store, MIXED, { customer: 'c1', credential: 'token', cost: 1, ...overrides }, () => now, tokens);
    return { store, customers, call };
  }

  test('make a customer, once, and are charged', async () => {
    const { store, customers, call } = world();
    const decisions = await Promise.all([call(), call(), call({ cost: 5 })]);
    expect(decisions.map(({ kind }) => kind)).toEqual(['granted', 'granted', 'granted']);
    expect(customers.opened).toBe(1);
    expect(store.balances.get('c1')).toMatchObject({ plan: 'free', remaining: 43 });
  });

  test('of nobody make nobody where no customers are made', async () => {
    const { store } = world();
    const request: ChargeRequest = { customer: 'c1', credential: 'token', cost: 1 };
    expect(await charge(store, MIXED, request, () => NOW)).toEqual({ kind: 'unauthorized' });
  });

  test('by a made-up key make nobody', async () => {
    const { customers, call } = world();
    const credential = { keyId: 'key001', keyHash: new Uint8Array(32) };
    expect(await call({ credential })).toEqual({ kind: 'unauthorized' });
    expect(customers.opened).toBe(0);
  });

  test('are decided under the plan that they claim, routes included', async () => {
    const { call, store } = world();
    const plans = ['pro'];
    expect(await call({ plans })).toMatchObject({ kind: 'payment_required', reason: 'route_not_in_plan' });
    expect(await call({ plans, claim: claimOf('pro') })).toMatchObject({ kind: 'granted' });
    expect(await call({ plans })).toMatchObject({ kind: 'granted' });
    expect(store.balances.get('c1')).toMatchObject({ plan: 'pro', remaining: 998 });
  });

  test('of a suspended customer change nothing', async () => {
    const { call, store, customers } = world();
    store.balances.set('c1', balance({ standing: 'suspended' }));
    expect(await call({ claim: claimOf('pro') })).toEqual({ kind: 'suspended' });
    expect(customers.replaced).toBe(0);
  });

  test('after the end of a period count the new one', async () => {
    const { call, store } = world();
    store.balances.set('c1', balance({ plan: 'pro', remaining: 0, periodEnd: NOW }));
    expect(await call({ claim: claimOf('pro') })).toMatchObject({ kind: 'granted' });
    expect(store.balances.get('c1')).toMatchObject({ remaining: 999, shortfall: undefined });
  });

  test('whose plan cannot be brought, as the balance keeps changing, are served under the plan that there is', async () => {
    const { call, store, customers } = world();
    store.balances.set('c1', balance());
    customers.replace = async () => undefined;
    expect(await call({ claim: claimOf('pro') })).toMatchObject({ kind: 'granted', balance: { plan: 'free' } });
  });
});

/** Plans so small that a few calls use them up. */
const SMALL: Catalogue = {
  ...CATALOGUE,
  plans: [
    plan('free', 10),
    plan('pro', 60),
    plan('daily', 5, 'day'),
    plan('busy', 25, 'day'),
    plan('pack', 30, 'once'),
    plan('open', undefined, 'unlimited'),
  ],
};

/** What can happen to a customer whose tokens name plans. */
const happening = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      what: fc.constant('call' as const),
      plan: fc.nat({ max: 99 }),
      cost: fc.constantFrom(0, 1, 4, 9, 22),
      // Of the token, in seconds: most are younger than the one before, some are not.
      age: fc.constantFrom(0, 0, 0, 3),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('buy' as const), units: fc.integer({ min: 1, max: 9 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('wait' as const),
      seconds: fc.constantFrom(600, 43_200, 86_400, 900_000),
    }),
  },
);

/** Two plans or more between which tokens alternate. */
function someOf({ plans }: Catalogue) {
  return fc.subarray(
    plans.map(({ id }) => id),
    { minLength: 2 },
  );
}

function limitOf(window: string): number {
  return Math.max(...SMALL.plans.filter((one) => windowOf(one) === window).map(periodUnits));
}

/** Which window of its kind a moment is in, by the calendar alone. */
function windowAt(window: string, now: number): string {
  const [kind = '', zone = ''] = window.split(' ');
  return kind === 'day' || kind === 'month' ? `${window} ${calendarPeriodEnd(kind, zone, now)}` : window;
}

test('however plans alternate, no window sees more of the plans’ units than its largest plan includes, and no bought one is lost', async () => {
  await fc.assert(
    fc.asyncProperty(someOf(SMALL), fc.array(happening, { maxLength: 60 }), async (plans, happenings) => {
      const store = new MemorySpendingStore();
      const tokens = { customers: new MemoryTokenCustomers(store.balances), newLinkSecret: () => new Uint8Array(16) };
      const own = new Map<string, number>();
      let [now, bought, boughtSpent] = [NOW, 0, 0];
      for (const next of happenings) {
        now += 1;
        if (next.what === 'wait') {
          now += next.seconds;
        } else if (next.what === 'buy') {
          bought += store.balances.has('c1') ? next.units : 0;
          store.credit('c1', next.units);
        } else {
          const claim = claimOf(plans[next.plan % plans.length] ?? '', now - next.age);
          const request = { customer: 'c1', credential: 'token' as const, cost: next.cost, claim };
          const decision = await charge(store, SMALL, request, () => now, tokens);
          if (decision.kind === 'granted') {
            const ofBought = boughtUnits(decision.balance, next.cost);
            boughtSpent += ofBought;
            const window = windowOf(findPlan(SMALL, decision.balance.plan));
            const spent = (own.get(windowAt(window, now)) ?? 0) + next.cost - ofBought;
            own.set(windowAt(window, now), spent);
            expect(spent).toBeLessThanOrEqual(limitOf(window));
          }
        }
        const left = store.balances.get('c1');
        expect(left === undefined ? bought : creditsLeft(left) + boughtSpent).toBe(bought);
      }
    }),
    examples(600),
  );
});
