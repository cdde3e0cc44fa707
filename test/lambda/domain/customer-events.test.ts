import fc from 'fast-check';
import { type Balance, includedLeft, inNextPeriod } from '../../../lambda/domain/balance';
import { type BalanceWritten, customerEvents, type SeenBalance } from '../../../lambda/domain/customer-events';
import { balance, CATALOGUE, NOW } from '../fixtures';

const TERMS = { paywall: 'shop', catalogue: CATALOGUE, thresholds: [80, 100] };

function written(before: Partial<Balance>, after: Partial<Balance>, entries: [string?, string?] = []): BalanceWritten {
  const seen = (part: Partial<Balance>, lastEntry?: string): SeenBalance => ({ balance: balance(part), lastEntry });
  return { customer: 'c1', id: '17', at: NOW, before: seen(before, entries[0]), after: seen(after, entries[1]) };
}

const told = (...given: Parameters<typeof written>) =>
  customerEvents(written(...given), TERMS).map(({ type, detail }) => ('threshold' in detail ? detail.threshold : type));

describe('a threshold', () => {
  test('is told with what is left', () => {
    expect(customerEvents(written({ remaining: 11 }, { remaining: 10 }), TERMS)).toEqual([
      {
        type: 'QuotaThresholdReached',
        detail: {
          id: expect.stringMatching(/^[0-9a-f]{32}$/),
          paywall: 'shop',
          customer: 'c1',
          plan: 'free',
          at: '2026-11-23T12:00:00Z',
          threshold: 80,
          used: 40,
          limit: 50,
          remaining: 10,
          resetsAt: '2026-11-24T12:00:00Z',
          periodStart: '2026-10-25T12:00:00Z',
        },
      },
    ]);
  });

  test.each<[string, Partial<Balance>, Partial<Balance>, unknown[]]>([
    ['below it is not told', { remaining: 12 }, { remaining: 11 }, []],
    ['above it is not told again', { remaining: 10 }, { remaining: 9 }, []],
    ['by a block that an environment takes is told', { remaining: 45 }, { remaining: 5 }, [80]],
    ['and the next one can be told together', { remaining: 45 }, { remaining: 0 }, [80, 100]],
    ['counts the plan’s own units alone', { remaining: 130, credits: 100 }, { remaining: 110, credits: 100 }, [80]],
    [
      'at the end is told where bought units are left',
      { remaining: 101, credits: 100 },
      { remaining: 100, credits: 100 },
      [100],
    ],
    ['is nothing to units that are bought', { remaining: 5 }, { remaining: 105, credits: 100 }, []],
    ['is passed at once on a smaller plan', { plan: 'pro', remaining: 100 }, { remaining: 5 }, ['PlanChanged', 80]],
    ['is not passed in a new period', { remaining: 5 }, { remaining: 50, periodStart: NOW }, []],
    ['is none of a plan without a limit', { remaining: 10 ** 15 }, { remaining: 10 ** 15 - 10 ** 9 }, []],
  ])('%s', (_, before, after, expected) => {
    expect(told(before, after)).toEqual(expected);
  });
});

describe('units that come back', () => {
  test.each<[string, Partial<Balance>, Partial<Balance>, unknown]>([
    ['by a purchase', { remaining: 0 }, { remaining: 100, credits: 100 }, 'units'],
    ['with a new period', { remaining: -3 }, { remaining: 47, periodStart: NOW }, 'period'],
    ['with another plan', { remaining: 0 }, { plan: 'pro', remaining: 950 }, 'plan'],
  ])('%s are told, where none were left', (_, before, after, cause) => {
    const events = customerEvents(written(before, after), TERMS);
    expect(events.filter(({ type }) => type === 'QuotaRestored').map(({ detail }) => detail)).toMatchObject([
      { cause },
    ]);
  });

  test.each<[string, Partial<Balance>, Partial<Balance>, [string?, string?]]>([
    ['where some were left', { remaining: 1 }, { remaining: 100, credits: 100 }, []],
    ['where none are left still', { remaining: -50 }, { remaining: 0 }, []],
    ['of a call that was not served', { remaining: 0 }, { remaining: 5 }, [undefined, 'settlement#1']],
  ])('%s are not told', (_, before, after, entries) => {
    expect(told(before, after, entries)).not.toContain('QuotaRestored');
  });

  test('are told also where a settlement was the entry before', () => {
    const bought = written({ remaining: 0 }, { remaining: 9, credits: 9 }, ['settlement#1', 'checkout_session#cs_1']);
    expect(customerEvents(bought, TERMS)).toMatchObject([{ type: 'QuotaRestored' }]);
    const rolled = written({ remaining: 0 }, { remaining: 50, periodStart: NOW }, ['settlement#1', 'settlement#1']);
    expect(customerEvents(rolled, TERMS)).toMatchObject([{ type: 'QuotaRestored' }]);
  });
});

describe('a payment that has failed', () => {
  test('is told with the end of the time of grace', () => {
    const events = customerEvents(written({}, { standing: 'grace', graceEndsAt: NOW + 60 }), TERMS);
    expect(events).toMatchObject([{ type: 'PaymentFailed', detail: { graceEndsAt: '2026-11-23T12:01:00Z' } }]);
  });

  test.each<[string, Partial<Balance>, Partial<Balance>, unknown[]]>([
    [
      'is told of who is suspended',
      { standing: 'suspended' },
      { standing: 'suspended', graceEndsAt: NOW },
      ['PaymentFailed'],
    ],
    [
      'is not told again when a suspension is over',
      { standing: 'suspended', graceEndsAt: NOW },
      { standing: 'grace', graceEndsAt: NOW },
      [],
    ],
    ['is over when it is paid', { standing: 'grace', graceEndsAt: NOW }, {}, []],
  ])('%s', (_, before, after, expected) => {
    expect(told(before, after)).toEqual(expected);
  });
});

test('another plan is told with the one before', () => {
  expect(customerEvents(written({ remaining: 40 }, { plan: 'pro', remaining: 990 }), TERMS)).toMatchObject([
    { type: 'PlanChanged', detail: { plan: 'pro', previousPlan: 'free', limit: 1_000, remaining: 990 } },
  ]);
});

describe('a key', () => {
  const hash = new Uint8Array(32);
  test.each<[string, Partial<Balance>, Partial<Balance>, string[]]>([
    ['that is taken away', { keys: { a: hash, b: hash } }, { keys: { b: hash } }, ['a']],
    ['that is replaced at once', { keys: { a: hash } }, { keys: { a: hash, b: hash }, keyExpiries: { a: NOW } }, ['a']],
    ['that ends later', { keys: { a: hash } }, { keys: { a: hash }, keyExpiries: { a: NOW + 3_600 } }, []],
    ['that had expired and is put away', { keys: { a: hash }, keyExpiries: { a: NOW - 1 } }, { keys: {} }, []],
    ['that is made', { keys: {} }, { keys: { a: hash } }, []],
  ])('%s', (_, before, after, revoked) => {
    const events = customerEvents(written(before, after), TERMS);
    expect(events.map(({ detail }) => 'keyId' in detail && detail.keyId)).toEqual(revoked);
  });
});

describe('whatever is written', () => {
  type Step = (now: SeenBalance) => SeenBalance;
  const units = fc.integer({ min: 1, max: 60 });
  const change =
    (part: (present: Balance) => Partial<Balance>, entry?: string): Step =>
    (seen) => ({
      balance: { ...seen.balance, ...part(seen.balance) },
      lastEntry: entry ?? seen.lastEntry,
    });
  const step = fc.oneof(
    units.map((taken) => ({
      kind: 'spend',
      run: change(({ remaining }) => ({ remaining: remaining - Math.min(taken, Math.max(0, remaining)) })),
    })),
    units.map((back) => ({
      kind: 'settle',
      run: change(({ remaining }) => ({ remaining: remaining + back - 30 }), `settlement#${back}`),
    })),
    units.map((bought) => ({
      kind: 'buy',
      run: change(
        ({ remaining, credits }) => ({
          remaining: remaining + bought,
          credits: Math.max(0, Math.min(remaining, credits)) + bought,
        }),
        `top#${bought}`,
      ),
    })),
    fc.constant({
      kind: 'period',
      run: change((now) => ({
        ...inNextPeriod(now, now.plan === 'free' ? 50 : 1_000),
        periodStart: now.periodEnd,
        periodEnd: now.periodEnd + 86_400,
      })),
    }),
    fc.constantFrom('free', 'pro').map((plan) => ({
      kind: 'plan',
      run: change((now) => ({
        plan,
        remaining: now.remaining + (plan === now.plan ? 0 : plan === 'pro' ? 950 : -950),
      })),
    })),
    units.map((fill) => ({
      kind: 'secrets',
      run: change(() => ({
        linkSecret: new Uint8Array(16).fill(fill),
        surrogateKeys: [String(fill)],
        keyExpiries: {},
      })),
    })),
  );

  /** A customer's life, write by write, with what is told of each. */
  function live(steps: readonly { kind: string; run: Step }[]) {
    let seen: SeenBalance = { balance: balance() };
    return steps.map(({ kind, run }, index) => {
      const write = { customer: 'c1', id: String(index), at: NOW + index, before: seen, after: run(seen) };
      seen = write.after;
      return { kind, write, events: customerEvents(write, TERMS) };
    });
  }

  const lives = fc.array(step, { maxLength: 40 }).map(live);
  const usedOf = ({ balance: now }: SeenBalance) =>
    ((now.plan === 'free' ? 50 : 1_000) - includedLeft(now)) / (now.plan === 'free' ? 50 : 1_000);

  test('a threshold is told once on each way up of a period, and never missed', () => {
    fc.assert(
      fc.property(lives, fc.constantFrom(80, 100), (life, threshold) => {
        let isTold = false;
        for (const { write, events } of life) {
          const { before, after } = write;
          const isNew =
            before.balance.plan !== after.balance.plan || before.balance.periodStart !== after.balance.periodStart;
          const tells = events.filter(({ detail }) => 'threshold' in detail && detail.threshold === threshold).length;
          const isAbove = usedOf(after) * 100 >= threshold;
          isTold &&= !isNew;
          expect(tells).toBe(isAbove && !isTold ? 1 : 0);
          isTold = isAbove;
        }
      }),
    );
  });

  test('who gets units again is told so, but by a settlement, and a roll-over changes no plan', () => {
    fc.assert(
      fc.property(lives, (life) => {
        for (const { kind, write, events } of life) {
          const types = events.map(({ type }) => type);
          const [was, is] = [write.before.balance.remaining, write.after.balance.remaining];
          expect(types.includes('QuotaRestored')).toBe(was < 1 && is >= 1 && kind !== 'settle');
          expect(types.includes('PlanChanged')).toBe(write.before.balance.plan !== write.after.balance.plan);
          expect(kind === 'secrets' && types.length > 0).toBe(false);
        }
      }),
    );
  });

  test('what is seen again is told again with the same ids, and no two things with one', () => {
    fc.assert(
      fc.property(lives, (life) => {
        const ids = new Map<string, string>();
        for (const { write, events } of life) {
          expect(customerEvents(write, TERMS)).toEqual(events);
          for (const { type, detail } of events) {
            const what =
              type === 'QuotaThresholdReached' ? [detail.plan, detail.periodStart, detail.threshold] : [write.id];
            const text = JSON.stringify([type, ...what]);
            expect(ids.get(detail.id) ?? text).toBe(text);
            ids.set(detail.id, text);
          }
        }
        expect(new Set(ids.values()).size).toBe(ids.size);
      }),
    );
  });
});
