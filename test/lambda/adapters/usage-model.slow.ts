import fc from 'fast-check';
import { dayOf, MOST_ROUTES } from '../../../lambda/domain/usage';
import { examples } from '../../support/examples';
import { NOW } from '../fixtures';
import { countersOn, DAY, type OpenedUsage, on, openUsage, PLENTY } from './counted-usage';

type Step =
  | { readonly kind: 'call'; readonly at: number; readonly route: number; readonly cost: number }
  | { readonly kind: 'at once'; readonly route: number }
  | { readonly kind: 'pass'; readonly seconds: number }
  /** So many seconds before or after the next midnight. */
  | { readonly kind: 'midnight'; readonly seconds: number }
  | { readonly kind: 'clock'; readonly at: number; readonly skew: number }
  | { readonly kind: 'end'; readonly at: number; readonly writes: number };

const environments = fc.nat(2);
const steps = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant('call'),
        at: environments,
        route: fc.nat(11),
        cost: fc.integer({ min: 0, max: 9 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('at once'), route: fc.nat(11) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('pass'),
        seconds: fc.oneof(fc.nat(900), fc.integer({ min: 20_000, max: 3 * DAY })),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('midnight'), seconds: fc.integer({ min: -300, max: 1_000 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('clock'), at: environments, skew: fc.integer({ min: -300, max: 300 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('end'),
        at: environments,
        writes: fc.integer({ min: 1, max: 4 }),
      }),
    },
  ),
  { maxLength: 60, size: 'max' },
);

/** Three environments, in a time of their own, whose clocks are minutes wrong. */
async function run(told: readonly Step[], { environment, left, days, item }: OpenedUsage): Promise<void> {
  let now = NOW;
  const skews = [0, 0, 0];
  const stores = skews.map(() => environment());
  const call = (at: number, route: number, cost: number) =>
    stores[at]?.spend(on(`GET /items/${route}`, cost), now + (skews[at] ?? 0)).catch(() => {
      stores[at] = environment();
    });
  for (const step of told) {
    switch (step.kind) {
      case 'call':
        await call(step.at, step.route, step.cost);
        break;
      case 'at once':
        await Promise.all(stores.map((_, at) => call(at, step.route + at, 1)));
        break;
      case 'pass':
        now += step.seconds;
        break;
      case 'midnight':
        now = Math.max(now, (dayOf(now) + 1) * DAY + step.seconds);
        break;
      case 'clock':
        skews[step.at] = step.skew;
        break;
      case 'end':
        stores[step.at] = environment(step.writes);
        break;
    }
    const history = await days(now + 300);
    const sum = (numbers: readonly number[]) => numbers.reduce((total, units) => total + units, 0);
    expect(sum(history.map(({ units }) => units))).toBe(PLENTY - (await left()));
    expect(history.every(({ units, routes }) => units === sum(Object.values(routes)))).toBe(true);
    // Three days at most, each with the route that has just come to it.
    expect(countersOn(item()).length).toBeLessThanOrEqual(3 * (MOST_ROUTES + 2));
  }
}

test('over crashes in the middle, days, calls at once and clocks that are minutes wrong, every unit that was taken is told of once', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (told) => run(told, await openUsage())),
    examples(40),
  );
});
