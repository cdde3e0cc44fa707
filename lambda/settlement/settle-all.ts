import { type Settlement, type SettlementStore, type SettlementSummary, settle } from '../domain/settlement';

/** Customers that are settled side by side. */
const CONCURRENCY = 10;

export interface Settled {
  readonly summaries: readonly SettlementSummary[];
  /** Why, by customer, calls could not be settled. */
  readonly failures: ReadonlyMap<string, unknown>;
}

/** Settles each customer's calls by themselves, so that one whose calls cannot be settled holds up no other. */
export async function settleAll(
  store: SettlementStore,
  settlements: readonly Settlement[],
  newId: () => string,
): Promise<Settled> {
  const waiting = [...byCustomer(settlements)];
  const summaries: SettlementSummary[] = [];
  const failures = new Map<string, unknown>();
  const work = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [customer, calls] = next;
      try {
        summaries.push(await settle(store, calls, newId));
      } catch (error) {
        failures.set(customer, error);
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return { summaries, failures };
}

function byCustomer(settlements: readonly Settlement[]): Map<string, Settlement[]> {
  const groups = new Map<string, Settlement[]>();
  for (const settlement of settlements) {
    groups.set(settlement.customer, [...(groups.get(settlement.customer) ?? []), settlement]);
  }
  return groups;
}
