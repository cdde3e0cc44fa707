import { changeOf, type SettlementEntry } from '../../../lambda/domain/ledger';
import type { NotedCall, SettledCall, SettlementStore } from '../../../lambda/domain/settlement';
import type { MemorySpendingStore } from './memory-spending-store';

/** Settled calls in memory, over balances in memory. */
export class MemorySettlementStore implements SettlementStore {
  private readonly entries = new Map<string, SettlementEntry>();
  private readonly calls = new Map<string, SettledCall>();
  private readonly applied = new Set<string>();

  constructor(private readonly spending: MemorySpendingStore) {}

  public async note(_customer: string, entry: SettlementEntry, calls: readonly NotedCall[]) {
    const met = calls.filter(({ chargeId, before }) => this.calls.get(chargeId)?.entry !== before?.entry);
    if (met.length > 0) {
      return new Map(met.map(({ chargeId }) => [chargeId, this.calls.get(chargeId) as SettledCall]));
    }
    this.entries.set(entry.id, entry);
    for (const { chargeId, after } of calls) {
      this.calls.set(chargeId, after);
    }
    return undefined;
  }

  public async apply(customer: string, id: string): Promise<void> {
    const entry = this.entries.get(id);
    const balance = this.spending.balances.get(customer);
    if (entry === undefined || balance === undefined || this.applied.has(id)) {
      return;
    }
    this.applied.add(id);
    const { remaining, credits, owed } = changeOf(entry, balance);
    this.spending.balances.set(customer, {
      ...balance,
      remaining: balance.remaining + remaining,
      credits: balance.credits + credits,
      owed: balance.owed + owed,
    });
  }
}

/** The store in a process that ends after so many writes: what it was asked last is done, and never answered. */
export function endingAfter(store: SettlementStore, writes: number): SettlementStore {
  let left = writes;
  const ending = async <T>(write: () => Promise<T>): Promise<T> => {
    if (left <= 0) {
      throw new Error('the process has ended');
    }
    const answer = await write();
    left -= 1;
    if (left <= 0) {
      throw new Error('the process has ended');
    }
    return answer;
  };
  return {
    note: (customer, entry, calls) => ending(() => store.note(customer, entry, calls)),
    apply: (customer, entry) => ending(() => store.apply(customer, entry)),
  };
}
