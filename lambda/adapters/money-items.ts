import { LeanItemUpdates } from './dynamodb-lean/item-updates';
import { PatientItems } from './patient-items';

/** Milliseconds. Who waits for money to be credited waits longer than a caller does, and an answer that is late costs less than none. */
const TIMEOUTS = { connect: 2_000, response: 5_000, total: 12_000 };

/** Reads and writes of those who credit what was paid. */
export function moneyItems(): PatientItems {
  return new PatientItems(new LeanItemUpdates({ timeouts: TIMEOUTS, attempts: 4, throttling: 'thrown' }));
}
