import type { EpochSeconds } from './clock';
import type { SettlementEntry } from './ledger';
import { countUnits } from './usage';

/** A call as it was charged before it was served. */
export interface ChargedCall {
  /** The authorizer's own id of it: API Gateway's request id is one that a caller can choose. */
  readonly chargeId: string;
  readonly customer: string;
  /** Units. */
  readonly charged: number;
  /** How many of them were bought ones. */
  readonly bought: number;
  /** When the period began that they were taken from. */
  readonly period: EpochSeconds;
  /** What the history of use has of it. @default - what has told of the call does not say, and the history stays as it is */
  readonly counted?: CountedCall;
}

export interface CountedCall {
  /** The route's code. */
  readonly route: string;
  readonly units: number;
}

/** What became of it: it was not served, and costs nothing; or its backend has told what it really took. */
export type Settlement = ChargedCall & SettledTo;

type SettledTo = { readonly kind: 'refund' } | { readonly kind: 'report'; readonly units: number };

/** How a call stands that has been settled. */
export interface SettledCall {
  readonly kind: Settlement['kind'];
  /** Units that it costs. */
  readonly units: number;
  /** The id of the ledger's entry that made it so. */
  readonly entry: string;
}

/** A call that an entry settles, and how it stood before. */
export interface NotedCall {
  readonly chargeId: string;
  readonly before?: SettledCall;
  readonly after: SettledCall;
}

export interface SettlementStore {
  /**
   * Writes an entry and how its calls stand, all of it or nothing. Where a call stands otherwise than `before` says, nothing is
   * written, and the answer tells how such calls stand.
   */
  note(
    customer: string,
    entry: SettlementEntry,
    calls: readonly NotedCall[],
  ): Promise<ReadonlyMap<string, SettledCall> | undefined>;

  /** Does to the balance what a written entry says, once, whoever else does the same; nothing where the customer is gone. */
  apply(customer: string, entry: string): Promise<void>;
}

/** Where reports wait to be settled. */
export interface ReportQueue {
  send(call: ChargedCall, units: number): Promise<void>;
}

/** What a run has done that no run before it had. */
export interface SettlementSummary {
  readonly refundedCalls: number;
  readonly refundedUnits: number;
  readonly reportedCalls: number;
}

/** Calls that one entry settles: a transaction of DynamoDB takes 100 items, and the entry is one of them. */
const MAX_CALLS = 99;

/** Each attempt finds out about every call that another run has settled meanwhile; more than a few never meet. */
const MAX_ATTEMPTS = 10;

/**
 * Brings calls to what they cost in the end: each at most once by a report, and at most once given back, which is final. It can be
 * run again with any of them, in any company: what a run before has written down and not done is done by this one.
 */
export async function settle(
  store: SettlementStore,
  settlements: readonly Settlement[],
  newId: () => string,
): Promise<SettlementSummary> {
  let summary: SettlementSummary = { refundedCalls: 0, refundedUnits: 0, reportedCalls: 0 };
  for (const group of groupsOf(settlements)) {
    summary = add(summary, await settleGroup(store, group, newId));
  }
  return summary;
}

/** Settlements of one customer and period, which one entry can hold; of two of one call, the one that gives it back. */
function groupsOf(settlements: readonly Settlement[]): Settlement[][] {
  const byCall = new Map<string, Settlement>();
  for (const settlement of settlements) {
    if (!byCall.has(settlement.chargeId) || settlement.kind === 'refund') {
      byCall.set(settlement.chargeId, settlement);
    }
  }
  const groups = new Map<string, Settlement[][]>();
  for (const settlement of byCall.values()) {
    const key = `${settlement.customer} ${settlement.period}`;
    const chunks = groups.get(key) ?? [];
    groups.set(key, chunks);
    const last = chunks.at(-1);
    if (last === undefined || last.length >= MAX_CALLS) {
      chunks.push([settlement]);
    } else {
      last.push(settlement);
    }
  }
  return [...groups.values()].flat();
}

async function settleGroup(
  store: SettlementStore,
  group: readonly Settlement[],
  newId: () => string,
): Promise<SettlementSummary> {
  const customer = group[0]?.customer ?? '';
  const standing = new Map<string, SettledCall>();
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const open = group.filter((settlement) => isOpen(settlement, standing.get(settlement.chargeId)));
    if (open.length === 0) {
      return { refundedCalls: 0, refundedUnits: 0, reportedCalls: 0 };
    }
    const id = `settlement#${newId()}`;
    const changes = open.map((settlement) => changeTo(settlement, standing.get(settlement.chargeId), id));
    const met = await store.note(customer, entryOf(id, group[0]?.period ?? 0, changes), changes);
    if (met === undefined) {
      await store.apply(customer, id);
      return summaryOf(changes);
    }
    for (const entry of new Set([...met.values()].map((settled) => settled.entry))) {
      await store.apply(customer, entry);
    }
    for (const [chargeId, settled] of met) {
      standing.set(chargeId, settled);
    }
  }
  throw new Error(`the calls of customer ${customer} kept being settled elsewhere during ${MAX_ATTEMPTS} attempts`);
}

/** A report counts once; giving back ends it, whatever is reported before or after. */
function isOpen(settlement: Settlement, standing: SettledCall | undefined): boolean {
  return standing === undefined || (standing.kind === 'report' && settlement.kind === 'refund');
}

interface CallChange extends NotedCall {
  readonly counted?: CountedCall;
  /** Units that come back; below nothing, that are charged now. */
  readonly back: number;
  /** How many of those that come back are bought ones. */
  readonly bought: number;
}

function changeTo(settlement: Settlement, before: SettledCall | undefined, entry: string): CallChange {
  const { chargeId, kind, charged, counted } = settlement;
  const units = kind === 'report' ? settlement.units : 0;
  const cost = before?.units ?? charged;
  // Bought units are spent last, so they are the first to come back.
  const bought = Math.max(0, settlement.bought - Math.max(0, charged - cost));
  const back = cost - units;
  return {
    chargeId,
    before,
    after: { kind, units, entry },
    // What was settled before was counted then.
    counted: counted && before ? { ...counted, units: before.units } : counted,
    back,
    bought: Math.max(0, Math.min(back, bought)),
  };
}

function entryOf(id: string, start: EpochSeconds, changes: readonly CallChange[]): SettlementEntry {
  const units = sum(changes.map(({ back }) => back));
  // Of a period that is over, only what was bought comes back; what is charged later is charged whenever it is.
  const credits = sum(changes.map(({ bought }) => bought));
  const charged = sum(changes.map(({ back }) => Math.min(0, back)));
  const used = usedOf(changes);
  const period = { start, afterwards: { units: credits + charged, credits } };
  return { id, kind: 'settlement', units, period, ...(used.size > 0 && { used: Object.fromEntries(used) }) };
}

/** What was used beside what is counted, by the routes' codes. */
function usedOf(changes: readonly CallChange[]): ReadonlyMap<string, number> {
  const used = new Map<string, number>();
  for (const { counted, after } of changes) {
    if (counted !== undefined) {
      countUnits(used, counted.route, after.units - counted.units);
    }
  }
  return new Map([...used].filter(([, units]) => units !== 0));
}

function summaryOf(changes: readonly CallChange[]): SettlementSummary {
  const refunds = changes.filter(({ after }) => after.kind === 'refund');
  return {
    refundedCalls: refunds.length,
    refundedUnits: sum(refunds.map(({ back }) => back)),
    reportedCalls: changes.length - refunds.length,
  };
}

function add(left: SettlementSummary, right: SettlementSummary): SettlementSummary {
  return {
    refundedCalls: left.refundedCalls + right.refundedCalls,
    refundedUnits: left.refundedUnits + right.refundedUnits,
    reportedCalls: left.reportedCalls + right.reportedCalls,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
