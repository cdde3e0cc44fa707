import type { ModelPriceEntry } from '../../../lib/private/model-entry';
import { type Balance, boughtUnits } from '../balance';
import type { ChargedCall } from '../settlement';
import type { ModelInput } from './input';
import { affordableOutput, unitsAtMost } from './price';

/** Balances, of which more can be reserved for a call that the authorizer has charged already. */
export interface ReservationStore {
  /** Takes so many units, if they are there; answers with the balance after it, or as it is. Nothing where there is no customer. */
  reserve(customer: string, units: number): Promise<Reserving | undefined>;
}

export interface Reserving {
  readonly isDone: boolean;
  readonly balance: Balance;
}

/** What an answer can cost at most. */
export interface Wanted {
  readonly price: ModelPriceEntry;
  readonly input: Pick<ModelInput, 'atMost' | 'estimate'>;
  /** Tokens of each answer. */
  readonly maxOutput: number;
  /** Fewer of them are of no use. */
  readonly minOutput: number;
  /** How many answers are made. */
  readonly answers: number;
}

/** What is taken for the call. */
export interface Reservation {
  readonly kind: 'reserved';
  /** Tokens that each answer may have: what was wanted, or what the balance pays for. */
  readonly maxOutput: number;
  /** As the authorizer has charged it. */
  readonly charged: ChargedCall;
  /** What was taken beside it: a charge of its own, so that each is settled once, whoever else gives the first one back. */
  readonly extra?: ChargedCall;
}

/** Not even an answer of the fewest tokens that are of use can be paid for. */
export interface NotEnough {
  readonly kind: 'not_enough';
  /** Units that such an answer costs at most. */
  readonly cost: number;
  /** As it is with what the authorizer has charged, which is given back. */
  readonly balance: Balance;
}

/** Each attempt fails where other calls of the customer have taken meanwhile what was counted on. */
const MAX_ATTEMPTS = 8;

/**
 * Reserves what a call costs at most, beside what the authorizer has charged for it. Where the balance does not pay for that, its input is
 * counted rather than bounded, and then the answer is held to as many tokens as what is left pays for.
 */
export async function reserve(
  store: ReservationStore,
  charged: ChargedCall,
  wanted: Wanted,
): Promise<Reservation | NotEnough> {
  const { price, input, maxOutput, minOutput, answers } = wanted;
  const extraFor = (tokens: number, output: number) =>
    Math.max(0, unitsAtMost(tokens, output * answers, price) - charged.charged);
  let [tokens, output] = [input.atMost, maxOutput];
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const units = extraFor(tokens, output);
    if (units === 0) {
      return { kind: 'reserved', maxOutput: output, charged };
    }
    const reserving = await store.reserve(charged.customer, units);
    if (reserving === undefined) {
      throw new Error(`customer ${charged.customer} is gone`);
    }
    const { isDone, balance } = reserving;
    if (isDone) {
      return { kind: 'reserved', maxOutput: output, charged, extra: extraCharge(charged, units, balance) };
    }
    const payable = charged.charged + Math.max(0, balance.remaining);
    tokens = await input.estimate();
    output = Math.min(maxOutput, Math.floor(affordableOutput(payable, tokens, price) / answers));
    if (output < Math.min(minOutput, maxOutput)) {
      const cost = unitsAtMost(tokens, Math.min(minOutput, maxOutput) * answers, price);
      const remaining = balance.remaining + charged.charged;
      return { kind: 'not_enough', cost, balance: { ...balance, remaining } };
    }
  }
  throw new Error(`the balance of customer ${charged.customer} kept changing under ${MAX_ATTEMPTS} attempts`);
}

function extraCharge({ chargeId, customer, counted }: ChargedCall, units: number, balance: Balance): ChargedCall {
  return {
    chargeId: `${chargeId}.extra`,
    customer,
    charged: units,
    bought: boughtUnits(balance, units),
    // The authorizer's may be another where the period has ended in between.
    period: balance.periodStart,
    // Counted in the end alone: most of it goes back.
    ...(counted && { counted: { ...counted, units: 0 } }),
  };
}

/** What a charge comes to in the end. */
export interface ChargeReport {
  readonly call: ChargedCall;
  readonly units: number;
}

/** Splits what a call has cost over its charges: what was taken last goes back first. What stays as it was charged needs no report. */
export function reportsOf({ charged, extra }: Pick<Reservation, 'charged' | 'extra'>, units: number): ChargeReport[] {
  if (extra === undefined) {
    return units === charged.charged ? [] : [{ call: charged, units }];
  }
  const first = Math.min(units, charged.charged);
  const reports = first === charged.charged ? [] : [{ call: charged, units: first }];
  // Also where it stays: else the report would stand that gives it back if nobody tells.
  return [...reports, { call: extra, units: units - first }];
}
