import { exact, leased } from '../engines/paywall';
import { hotCustomer } from './hot-customer';
import type { Metric, Scale, Scenario } from './scenario';

const lostPerDeath: Metric = {
  name: 'units lost a death',
  unit: '',
  of: ({ lost, deaths }) => lost / Math.max(1, deaths),
};

export function crashes(scale: Scale): Scenario {
  const variant = (rate: number, seconds: number, atMost: number) => ({
    name: `${rate.toLocaleString('en')} calls/s`,
    load: {
      customers: [hotCustomer(undefined, rate)],
      environments: 64,
      placement: 'spread' as const,
      milliseconds: seconds * 1_000 * scale,
      deathsPerSecond: 5,
    },
    targets: [{ metric: lostPerDeath.name, atMost }],
  });
  return {
    title: 'Environments that end without notice',
    description: '64 environments, five of which end each second with what they hold.',
    metrics: [lostPerDeath],
    variants: [variant(5_000, 6, 41), variant(100, 60, 1)],
    engines: [exact, leased],
  };
}
