import type { MeteringEntry } from '../../lib/private/catalogue';
import type { SpendingStore } from './charge';
import { FailOpenStore } from './fail-open-store';
import { LeasedSpendingStore } from './leased-spending-store';

/** The store as the operator wants it: counted in blocks or call by call, and open or closed while it cannot answer. */
export function metered(
  store: SpendingStore,
  { maxBlock, life, openCallsPerMinute }: MeteringEntry,
  milliseconds: () => number,
  onOpen: () => void,
): SpendingStore {
  const counted =
    maxBlock === undefined || life === undefined
      ? store
      : new LeasedSpendingStore(store, { maxBlock, life, milliseconds });
  return openCallsPerMinute === undefined
    ? counted
    : new FailOpenStore(counted, { callsPerMinute: openCallsPerMinute, onOpen });
}
