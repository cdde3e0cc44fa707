import { costs } from './costs';
import { crashes } from './crashes';
import { creditingTheHotItem, moneyThatGoesBack } from './crediting';
import { exhaustion } from './exhaustion';
import { hotPartition, writesOfAHotCustomer } from './hot-customer';
import { manyCustomers } from './many-customers';
import { hammering, noisyNeighbour } from './noisy-neighbour';
import type { Scale, Scenario } from './scenario';

/** What is simulated, section by section of the results. */
export const SIMULATED = {
  engines: (scale: Scale): Scenario[] => [
    writesOfAHotCustomer(scale),
    hotPartition(scale),
    exhaustion(scale),
    manyCustomers(scale),
    noisyNeighbour(scale),
    hammering(scale),
    crashes(scale),
    costs(scale),
  ],
  crediting: (scale: Scale): Scenario[] => [creditingTheHotItem(scale), moneyThatGoesBack(scale)],
};

export type SimulatedSection = keyof typeof SIMULATED;
