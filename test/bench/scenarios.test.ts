import { conditionalUpdate, getThenUpdate } from '../../bench/engines/hand-written';
import { figuresOf, measure } from '../../bench/measure';
import { misses, table } from '../../bench/report';
import { SIMULATED } from '../../bench/scenarios';
import type { Scenario } from '../../bench/scenarios/scenario';

const LEASES = 'paywall, leases';

const SCENARIO: Scenario = {
  title: 'A scenario',
  description: 'Few calls.',
  metrics: [{ name: 'decisions', unit: '', of: ({ total }) => total.decisions }],
  variants: [
    {
      name: 'only',
      load: {
        customers: [{ id: 'c1', group: 'all', rate: 100, units: 10 }],
        environments: 100,
        placement: 'packed',
        milliseconds: 200,
      },
      targets: [{ metric: 'decisions', atMost: 1 }],
    },
  ],
};

test('a target is set for a metric that its scenario has', () => {
  for (const { title, metrics, variants } of Object.values(SIMULATED).flatMap((scenarios) => scenarios(1))) {
    const names = metrics.map(({ name }) => name);
    const unknown = variants.flatMap(({ targets = [] }) => targets).filter(({ metric }) => !names.includes(metric));
    expect({ title, unknown }).toEqual({ title, unknown: [] });
  }
});

test('a figure is the median of its seeds, engine by engine', async () => {
  const engines = [conditionalUpdate, getThenUpdate];
  const samples = await Promise.all([1, 2, 3].map((seed) => measure(SCENARIO, engines, seed)));
  const figures = figuresOf(samples.flat());
  expect(figures.map(({ engine }) => engine)).toEqual(engines.map(({ name }) => name));
  for (const { values, median } of figures) {
    expect(median).toBe([...values].sort((one, other) => one - other)[1]);
  }
});

test('a target stands beside the figures, and a miss is told', () => {
  const names = { scenario: SCENARIO.title, variant: 'only', metric: 'decisions', unit: '' };
  const figures = [
    { ...names, engine: LEASES, values: [2], median: 2 },
    { ...names, engine: 'another', values: [3], median: 3 },
  ];
  expect(table([SCENARIO], figures)).toMatch(/^ {2}target, paywall, leases +≤ 1$/m);
  expect(misses([SCENARIO], figures)).toEqual([{ figure: figures[0], atMost: 1 }]);
  expect(misses([SCENARIO], [{ ...names, engine: LEASES, values: [1], median: 1 }])).toEqual([]);
});
