import type { MeteringEntry } from '../../lib/private/catalogue';
import type { SpendingStore } from './charge';
import { FailOpenStore } from './fail-open-store';
import { LeasedSpendingStore } from './leased-spending-store';
import { RefusedKeys } from './refused-keys';

/**
 * The store as the operator wants it: counted in blocks or call by call, open or closed while it cannot answer, and asked once a while by a
 * key that opens nothing.
 */
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
  return new RefusedKeys(
    openCallsPerMinute === undefined
      ? counted
      : new FailOpenStore(counted, { callsPerMinute: openCallsPerMinute, onOpen }),
  );
}
