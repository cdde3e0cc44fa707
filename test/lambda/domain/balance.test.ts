import {
  allowance,
  asOf,
  boughtUnits,
  creditsLeft,
  findPlan,
  includedLeft,
  openingBalance,
} from '../../../lambda/domain/balance';
import { NEVER } from '../../../lambda/domain/clock';
import { balance, CATALOGUE, NOW, plan } from '../fixtures';

const DECEMBER = Date.UTC(2026, 11, 1) / 1000;

test.each([
  ['the plan’s own are spent first', 130, 100, 100, 30],
  ['then the bought ones', 60, 100, 60, 0],
  ['and what is owed is nobody’s', -5, 100, 0, -5],
])('of the units that are left, %s', (_, remaining, credits, bought, included) => {
  const left = balance({ remaining, credits });
  expect([creditsLeft(left), includedLeft(left)]).toEqual([bought, included]);
});

test('a call is told how many of its units were bought ones', () => {
  expect(boughtUnits(balance({ remaining: 100, credits: 100 }), 5)).toBe(0);
  expect(boughtUnits(balance({ remaining: 98, credits: 100 }), 5)).toBe(2);
  expect(boughtUnits(balance({ remaining: 90, credits: 100 }), 5)).toBe(5);
});

describe('what a caller is told', () => {
  test('is what is left, of how much, and when it comes back', () => {
    const told = allowance(plan('free', 50), balance({ remaining: 130, credits: 100, periodEnd: DECEMBER }));
    expect(told).toEqual({ limit: 50, remaining: 130, included: 30, resetsAt: DECEMBER });
  });

  test('is never less than nothing', () => {
    expect(allowance(plan('free', 50), balance({ remaining: -5 }))).toMatchObject({ remaining: 0, included: 0 });
  });

  test('has no reset where units are given once, or the period never ends', () => {
    const trial = { limit: 50, remaining: 50, included: 50 };
    expect(allowance(plan('trial', 50, 'once'), balance())).toEqual(trial);
    expect(allowance(plan('free', 50), balance({ periodEnd: NEVER }))).toEqual(trial);
  });

  test('is nothing where there is no limit, and until a limit that is new comes into force', () => {
    const open = plan('open', undefined, 'unlimited');
    const unlimited = { ...balance(), ...openingBalance(open, NOW, new Uint8Array(16)) };
    expect(allowance(open, balance())).toEqual({});
    expect(allowance(plan('open', 50), unlimited)).toEqual({});
    // Half of what stands for no limit is more than any customer can have bought.
    expect(allowance(plan('open', 50), balance({ remaining: 10 ** 15 / 2 }))).toMatchObject({ limit: 50 });
  });
});

test('a plan that is sold no more is the default one, and a catalogue without that is told at once', () => {
  expect(findPlan(CATALOGUE, 'pro').id).toBe('pro');
  expect(findPlan(CATALOGUE, 'gold').id).toBe('free');
  const broken = { ...CATALOGUE, defaultPlan: 'none' };
  expect(() => findPlan(broken, 'gold')).toThrow('the catalogue has no plan gold, and no default plan');
});

test('a balance whose period goes on stands as it is', () => {
  const present = balance({ remaining: 20, periodEnd: NOW + 1 });
  expect(asOf(present, CATALOGUE, NOW)).toBe(present);
});

test('a balance whose period is over stands as the next call will find it', () => {
  const past = balance({ remaining: 130, credits: 100, periodEnd: NOW });
  expect(asOf(past, CATALOGUE, NOW)).toEqual({
    ...past,
    remaining: 150,
    credits: 100,
    periodStart: NOW,
    periodEnd: DECEMBER,
  });
});

test('what is owed is paid by the units of the next period', () => {
  expect(asOf(balance({ remaining: -20, credits: 100, periodEnd: NOW }), CATALOGUE, NOW)).toMatchObject({
    remaining: 30,
    credits: 0,
  });
});

test('who has just come is in good standing, with the units of one period', () => {
  const linkSecret = new Uint8Array(16).fill(9);
  expect(openingBalance(plan('free', 50), NOW, linkSecret)).toEqual({
    plan: 'free',
    standing: 'active',
    remaining: 50,
    credits: 0,
    owed: 0,
    periodStart: NOW,
    periodEnd: DECEMBER,
    linkSecret,
  });
});
