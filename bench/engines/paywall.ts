import { DynamoDbSpendingStore } from '../../lambda/adapters/dynamodb-spending-store';
import { type ChargeRequest, charge, type SpendingStore, type SpendOutcome } from '../../lambda/domain/charge';
import type { EpochSeconds } from '../../lambda/domain/clock';
import { SHORT_RETRIES } from '../simulation/client';
import { balances, CATALOGUE, KEY_HASH, KEY_ID, TABLE } from './balances';
import type { Decider, Engine, Site } from './engine';

/** Virtual time starts here: 2025-01-01T00:00:00Z. */
const START: EpochSeconds = 1_735_689_600;

export const exact: Engine = {
  ...balances,
  name: 'paywall, exact',
  retries: SHORT_RETRIES,
  open: (site) => decider(site, new DynamoDbSpendingStore(site.client.sdk, TABLE)),
};

interface LeaseOptions {
  readonly maxBlock: number;
  readonly milliseconds: () => number;
  readonly random: () => number;
}

/** The most that an environment may take at once. */
const MAX_BLOCK = 1_000;

export function leased(
  LeasedSpendingStore: new (inner: SpendingStore, options: LeaseOptions) => SpendingStore,
): Engine {
  return {
    ...balances,
    name: 'paywall, leases',
    retries: SHORT_RETRIES,
    open: (site) => {
      const taken = new CountingStore(new DynamoDbSpendingStore(site.client.sdk, TABLE));
      let granted = 0;
      const { milliseconds, random } = site;
      const inner = decider(site, new LeasedSpendingStore(taken, { maxBlock: MAX_BLOCK, milliseconds, random }));
      return {
        decide: async (customer) => {
          const verdict = await inner.decide(customer);
          granted += verdict === 'granted' ? 1 : 0;
          return verdict;
        },
        held: () => taken.units - granted,
      };
    },
  };
}

function decider({ milliseconds }: Site, store: SpendingStore): Decider {
  const clock = () => START + Math.floor(milliseconds() / 1000);
  return {
    decide: async (customer) => {
      const request = { customer, keyId: KEY_ID, keyHash: KEY_HASH, cost: 1 };
      try {
        const decision = await charge(store, CATALOGUE, request, clock);
        return decision.kind === 'granted' ? 'granted' : 'refused';
      } catch {
        return 'failed';
      }
    },
  };
}

/** Counts what leaves the table. */
class CountingStore implements SpendingStore {
  units = 0;

  constructor(private readonly inner: SpendingStore) {}

  async spend(request: ChargeRequest, now: EpochSeconds): Promise<SpendOutcome> {
    const outcome = await this.inner.spend(request, now);
    this.units += outcome.spent ? request.cost : 0;
    return outcome;
  }

  rollOver(customer: string, ended: EpochSeconds, included: number, next: EpochSeconds): Promise<void> {
    return this.inner.rollOver(customer, ended, included, next);
  }
}
