import { costs } from './costs';
import { crashes } from './crashes';
import { exhaustion } from './exhaustion';
import { hotPartition, writesOfAHotCustomer } from './hot-customer';
import { manyCustomers } from './many-customers';
import { hammering, noisyNeighbour } from './noisy-neighbour';
import type { Scale, Scenario } from './scenario';

export function scenarios(scale: Scale): Scenario[] {
  return [
    writesOfAHotCustomer(scale),
    hotPartition(scale),
    exhaustion(scale),
    manyCustomers(scale),
    noisyNeighbour(scale),
    hammering(scale),
    crashes(scale),
    costs(scale),
  ];
}
