import { DynamoDbSpendingStore } from '../../lambda/adapters/dynamodb-spending-store';
import { SdkItemUpdates } from '../../lambda/adapters/sdk-item-updates';
import { type ChargeRequest, charge, type SpendingStore, type SpendOutcome } from '../../lambda/domain/charge';
import type { EpochSeconds } from '../../lambda/domain/clock';
import { LeasedSpendingStore } from '../../lambda/domain/leased-spending-store';
import { SHORT_RETRIES } from '../simulation/client';
import { balances, CATALOGUE, KEY_HASH, KEY_ID, TABLE } from './balances';
import type { Decider, Engine, Site } from './engine';

/** Virtual time starts here: 2025-01-01T00:00:00Z. */
export const START: EpochSeconds = 1_735_689_600;

export const exact: Engine = {
  ...balances,
  name: 'paywall, exact',
  retries: SHORT_RETRIES,
  open: (site) => decider(site, new DynamoDbSpendingStore(new SdkItemUpdates(site.client.sdk), TABLE)),
};

/** `Metering.leased()` without options. */
const DEFAULTS = { maxBlock: 1_000, life: 5_000 };

export const leased: Engine = {
  ...balances,
  name: 'paywall, leases',
  retries: SHORT_RETRIES,
  open: (site) => {
    const taken = new CountingStore(new DynamoDbSpendingStore(new SdkItemUpdates(site.client.sdk), TABLE));
    const milliseconds = () => START * 1_000 + site.milliseconds();
    const inner = decider(site, new LeasedSpendingStore(taken, { ...DEFAULTS, milliseconds }));
    let granted = 0;
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

function decider({ milliseconds }: Site, store: SpendingStore): Decider {
  const clock = () => START + Math.floor(milliseconds() / 1000);
  return {
    decide: async (customer) => {
      const request = { customer, credential: { keyId: KEY_ID, keyHash: KEY_HASH }, cost: 1 };
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
