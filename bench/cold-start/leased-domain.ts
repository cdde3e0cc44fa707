import { readCatalogue, readMetering } from '../../lambda/adapters/environment';
import type { Balance } from '../../lambda/domain/balance';
import { type ChargeRequest, charge, type Decision, type SpendingStore } from '../../lambda/domain/charge';
import { NEVER } from '../../lambda/domain/clock';
import { metered } from '../../lambda/domain/metering';

const request: ChargeRequest = { customer: 'c1', credential: { keyId: 'k1', keyHash: new Uint8Array(32) }, cost: 1 };

let balance: Balance = {
  plan: 'free',
  standing: 'active',
  remaining: 1e9,
  credits: 0,
  owed: 0,
  periodStart: 0,
  periodEnd: NEVER,
  linkSecret: new Uint8Array(16),
  surrogateKeys: [],
  keys: { k1: new Uint8Array(32) },
  keyExpiries: {},
};

/** Answers at once: it is the decision that is measured. */
const store: SpendingStore = {
  spend: async ({ cost }) => {
    balance = { ...balance, remaining: balance.remaining - cost };
    return { spent: true, balance };
  },
  rollOver: async () => undefined,
};

const milliseconds = () => Date.now();
const leases = metered(store, readMetering(), milliseconds, () => undefined);
const catalogue = readCatalogue();

/** The authorizer without the event that it reads, and without the answer that it gives. */
export function handler(): Promise<Decision> {
  return charge(leases, catalogue, request, () => Math.floor(milliseconds() / 1_000));
}
