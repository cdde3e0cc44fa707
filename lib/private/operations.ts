/** What the command-line tool and the function behind it say to each other, and how the one finds the other. */

/** The value of a stack's output, as JSON, by which the tool finds a paywall. */
export interface PaywallOutput {
  /** The paywall's construct path. */
  readonly paywall: string;
  /** The name of the function that answers operators. */
  readonly operations: string;
  /** The name of the function that lists Stripe's events. */
  readonly reconciler: string;
}

/** What the function is asked, by operation. */
export interface Operations {
  readonly ledger: { readonly request: LedgerRequest; readonly answer: LedgerAnswer };
  readonly grant: { readonly request: GrantRequest; readonly answer: GrantAnswer };
  readonly replay: { readonly request: ReplayRequest; readonly answer: ReplayAnswer };
}

export type OperationName = keyof Operations;

/** The event of an operation. */
export type OperationEvent<Name extends OperationName = OperationName> = Operations[Name]['request'] & {
  readonly operation: Name;
};

/** What comes of it: an answer, or why there is none, for whoever asked to mend. */
export type OperationResult<Name extends OperationName = OperationName> =
  | { readonly answer: Operations[Name]['answer'] }
  | { readonly refused: string };

export interface LedgerRequest {
  /** A customer's id, or the one that Stripe has given him (`cus_…`). */
  readonly customer: string;
  /** Entries, 1 to `MAX_LEDGER_ENTRIES`. */
  readonly limit: number;
  /** The id of an entry: those before it are shown. */
  readonly before?: string;
}

export interface LedgerAnswer extends CustomerState {
  /** In the order of time. */
  readonly entries: readonly LedgerLine[];
  /** The `before` that shows what is older; null where nothing is. */
  readonly before: string | null;
}

/** Times are ISO 8601. Units that environments hold by leases count as spent. */
export interface CustomerState {
  readonly customer: string;
  readonly plan: string;
  readonly standing: 'active' | 'grace' | 'suspended';
  readonly graceEndsAt: string | null;
  readonly periodStart: string;
  /** Null where the plan's units never come back. */
  readonly periodEnd: string | null;
  /** Units that the plan gives a period; null where it has no limit. */
  readonly limit: number | null;
  /** The plan's own units that are left; below nothing where calls took more than was left. Null where it has no limit. */
  readonly included: number | null;
  /** Bought and granted units that are left. */
  readonly credits: number;
  /** Units whose money has gone back after they were spent: the next that are bought or granted settle them. */
  readonly owed: number;
}

export interface LedgerLine {
  /** The business object that is entered: `checkout_session#cs_…`. */
  readonly id: string;
  readonly kind: 'top_up' | 'grant' | 'restored' | 'clawback' | 'settlement' | 'plan' | 'renewal';
  /** What has come to the customer; below nothing, what was taken. Null for the units of a plan without a limit. */
  readonly units: number | null;
  readonly plan: string | null;
  readonly reason: string | null;
  /** Who granted them, as he named himself. */
  readonly by: string | null;
  /** `pending`: written, and not on the balance yet; the next event about its object carries on. */
  readonly state: 'pending' | 'applied' | 'void';
  readonly createdAt: string;
}

export interface GrantRequest {
  /** A customer's id, or the one that Stripe has given him (`cus_…`). */
  readonly customer: string;
  /** 1 to `MAX_GRANTED_UNITS`. */
  readonly units: number;
  /** One line of 1 to `MAX_REASON` characters. */
  readonly reason: string;
  /** Who grants them, as he names himself, in 1 to `MAX_BY` characters; nobody checks it. */
  readonly by: string;
  /** What tells this grant from others: of two with one id, the second does nothing. Fits `GRANT_ID`. */
  readonly id: string;
}

export interface GrantAnswer extends CustomerState {
  /** Whether it was done now, or had been before. */
  readonly outcome: 'applied' | 'duplicate';
  readonly entry: LedgerLine;
}

export interface ReplayRequest {
  /** Ids of events at Stripe, at most `MAX_REPLAYED_EVENTS`; what is in the dead-letter queue, where there are none. */
  readonly events?: readonly string[];
}

export interface ReplayAnswer {
  readonly events: readonly ReplayedEvent[];
  /** Whether there is more than was seen to. */
  readonly more: boolean;
}

export interface ReplayedEvent {
  /** The event's id; the message's, where a message of the queue holds no event. */
  readonly id: string;
  readonly type: string | null;
  /** `duplicate`: it had been carried out; `ignored`: it is of no consequence here. */
  readonly outcome: 'processed' | 'duplicate' | 'ignored' | 'failed';
  /** Why it failed. */
  readonly reason: string | null;
}

/** What a run of the reconciler has done. */
export interface Reconciliation {
  /** Events that were listed. */
  readonly listed: number;
  /** Those that no webhook had brought. */
  readonly missed: number;
  readonly failed: number;
}

export const MAX_LEDGER_ENTRIES = 1_000;
export const MAX_GRANTED_UNITS = 10 ** 12;
export const MAX_REASON = 500;
export const MAX_BY = 100;
export const GRANT_ID = /^[A-Za-z0-9_.:-]{1,64}$/;
export const MAX_REPLAYED_EVENTS = 100;
