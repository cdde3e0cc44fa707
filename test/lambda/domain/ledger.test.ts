import { changeOf, isNewPeriod, type SettlementEntry } from '../../../lambda/domain/ledger';
import { balance, NOW } from '../fixtures';

const afterwards = { units: 2, credits: 2 };
const entry: SettlementEntry = { id: 'e1', kind: 'settlement', units: 5, period: { start: NOW, afterwards } };

test('units that were taken from a period go back there as long as it lasts, and then what was bought of them', () => {
  expect(changeOf(entry, balance({ periodStart: NOW }))).toEqual({ remaining: 5, credits: 0, owed: 0 });
  expect(changeOf(entry, balance({ periodStart: NOW + 1 }))).toEqual({ remaining: 2, credits: 2, owed: 0 });
});

test.each([
  ['nothing is owed', 0, { remaining: 100, credits: 100, owed: -0 }],
  ['less is owed', 30, { remaining: 70, credits: 70, owed: -30 }],
  ['more is owed', 130, { remaining: 0, credits: 0, owed: -100 }],
])('units that come to stay settle first what is owed: %s', (_, owed, change) => {
  for (const kind of ['top_up', 'grant', 'restored'] as const) {
    expect(changeOf({ kind, id: 'e2', units: 100 }, balance({ owed }))).toEqual(change);
  }
});

test.each<
  [string, { remaining: number; credits: number }, number, { taken: number; owed: number }, object | undefined]
>([
  ['all unspent', { remaining: 150, credits: 100 }, 60, { taken: 60, owed: 0 }, { atLeast: 60 }],
  [
    'all of them, and the plan’s own beside',
    { remaining: 150, credits: 100 },
    100,
    { taken: 100, owed: 0 },
    { atLeast: 100 },
  ],
  ['all that is there, to the last', { remaining: 100, credits: 100 }, 100, { taken: 100, owed: 0 }, { atLeast: 100 }],
  ['more than were bought', { remaining: 150, credits: 100 }, 130, { taken: 100, owed: 30 }, { atLeast: 100 }],
  ['some of them spent', { remaining: 70, credits: 100 }, 60, { taken: 60, owed: 0 }, { atLeast: 60 }],
  ['more than are left of them', { remaining: 70, credits: 100 }, 90, { taken: 70, owed: 20 }, { allOf: 90 }],
  ['just what is left of them', { remaining: 70, credits: 100 }, 70, { taken: 70, owed: 0 }, { allOf: 70 }],
  ['the last one', { remaining: 1, credits: 100 }, 70, { taken: 1, owed: 69 }, { allOf: 70 }],
  ['none that was left', { remaining: 0, credits: 100 }, 70, { taken: 0, owed: 70 }, undefined],
  ['none that was left, where units are owed', { remaining: -5, credits: 100 }, 70, { taken: 0, owed: 70 }, undefined],
  ['none that was bought', { remaining: 50, credits: 0 }, 70, { taken: 0, owed: 70 }, undefined],
])('what goes back takes what is unspent, and the rest is owed: %s', (_, before, units, { taken, owed }, guard) => {
  const change = changeOf({ kind: 'clawback', id: 'e3', units }, balance(before));
  expect(change).toEqual({ remaining: -taken, credits: -taken, owed, guard });
  expect('guard' in change).toBe(guard !== undefined);
});

describe('a renewal', () => {
  const DAY = 86_400;
  const period = { start: NOW, end: NOW + 30 * DAY };
  const renewal = { kind: 'renewal', id: 'r', plan: 'pro', units: 1, period } as const;

  test.each([
    ['where the one before has ended', { periodStart: NOW - 30 * DAY, periodEnd: NOW }, true],
    [
      'where the one before is said to go on, and began too long ago',
      { periodStart: NOW - 5 * DAY, periodEnd: NOW + 1 },
      true,
    ],
    ['not where it has begun', { periodStart: NOW, periodEnd: NOW + 30 * DAY }, false],
    ['not where it has begun as we reckon it', { periodStart: NOW - 4 * DAY, periodEnd: NOW + 27 * DAY }, false],
    ['not where a later one has', { periodStart: NOW + 30 * DAY, periodEnd: NOW + 60 * DAY }, false],
  ])('is new %s', (_, balance, isNew) => {
    expect(isNewPeriod(renewal, { plan: 'pro', ...balance })).toBe(isNew);
    expect(isNewPeriod(renewal, { plan: 'max', ...balance })).toBe(false);
  });
});
