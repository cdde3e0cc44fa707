/** What the command-line tool and the function behind it say to each other. */

import type { DeleteAnswer, DeleteRequest } from './operations-deletion';
import type { CloseProbesAnswer, CloseProbesRequest, OpenProbesAnswer, OpenProbesRequest } from './operations-doctor';

/** What the function is asked, by operation. */
export interface Operations {
  readonly ledger: { readonly request: LedgerRequest; readonly answer: LedgerAnswer };
  readonly grant: { readonly request: GrantRequest; readonly answer: GrantAnswer };
  readonly replay: { readonly request: ReplayRequest; readonly answer: ReplayAnswer };
  readonly customers: { readonly request: CustomersRequest; readonly answer: CustomersAnswer };
  readonly customer: { readonly request: CustomerRequest; readonly answer: CustomerAnswer };
  readonly open: { readonly request: OpenRequest; readonly answer: OpenAnswer };
  readonly suspend: { readonly request: SuspendRequest; readonly answer: ChangeAnswer };
  readonly resume: { readonly request: ChangeRequest; readonly answer: ChangeAnswer };
  readonly move: { readonly request: MoveRequest; readonly answer: ChangeAnswer };
  readonly delete: { readonly request: DeleteRequest; readonly answer: DeleteAnswer };
  readonly keys: { readonly request: CustomerRequest; readonly answer: KeysAnswer };
  readonly createKey: { readonly request: CreateKeyRequest; readonly answer: KeyAnswer };
  readonly rotateKey: { readonly request: RotateKeyRequest; readonly answer: KeyAnswer };
  readonly revokeKey: { readonly request: RevokeKeyRequest; readonly answer: RevokeAnswer };
  readonly import: { readonly request: ImportRequest; readonly answer: ImportAnswer };
  readonly openProbes: { readonly request: OpenProbesRequest; readonly answer: OpenProbesAnswer };
  readonly closeProbes: { readonly request: CloseProbesRequest; readonly answer: CloseProbesAnswer };
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

export interface CustomersRequest {
  /** Customers, 1 to `MAX_LISTED_CUSTOMERS`. */
  readonly limit: number;
  /** The id of a customer: those behind him are listed. */
  readonly after?: string;
}

export interface CustomersAnswer {
  /** In the store's own order, which tells nothing. */
  readonly customers: readonly ListedCustomer[];
  /** The `after` that lists what follows; null where nothing does. */
  readonly after: string | null;
}

export interface ListedCustomer extends CustomerState {
  readonly createdAt: string | null;
}

export interface CustomerRequest {
  /** A customer's id, or the one that Stripe has given him (`cus_…`). */
  readonly customer: string;
}

export interface CustomerAnswer extends ListedCustomer {
  /** `cus_…` */
  readonly stripeCustomer: string | null;
  /** The subscription that the plan comes from, `sub_…`. */
  readonly subscription: string | null;
  readonly keys: readonly KeyLine[];
  /** The last `SHOWN_DAYS` in UTC, those on which something was used; the oldest first. */
  readonly history: readonly UsedDay[];
  /** The newest changes, at most `SHOWN_CHANGES`; the newest first. */
  readonly changes: readonly ChangeLine[];
}

/** What was used on a day. */
export interface UsedDay {
  /** `2026-11-23` */
  readonly date: string;
  readonly units: number;
  /** Units by `GET /forecast/{city}`. */
  readonly routes: Readonly<Record<string, number>>;
}

export interface ChangeLine {
  readonly at: string;
  /** `operator ada`, `key a1b2c3`, `checkout`, … */
  readonly who: string;
  /** The source address of a request, or what else the change came by. */
  readonly from: string;
  /** `key.created`, `customer.suspended`, … */
  readonly what: string;
  readonly details: Readonly<Record<string, string | number>>;
  /** Null where a run has ended before it could tell. */
  readonly outcome: string | null;
}

export interface KeyLine {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  /** Whether calls are served by it. */
  readonly active: boolean;
}

/** Who asks for a change, as he names himself, in 1 to `MAX_BY` characters; nobody checks it. */
export interface ChangeRequest extends CustomerRequest {
  readonly by: string;
}

export interface ChangeAnswer extends CustomerState {
  /** `unchanged`: it was so already. */
  readonly outcome: 'applied' | 'unchanged';
}

export interface SuspendRequest extends ChangeRequest {
  /** One line of 1 to `MAX_REASON` characters. */
  readonly reason: string;
}

export interface MoveRequest extends ChangeRequest {
  readonly plan: string;
  /** Whether also a customer is moved whose plan comes from a subscription at Stripe. */
  readonly force: boolean;
  /** What tells this move from others: of two with one id, the second does nothing. Fits `GRANT_ID`. */
  readonly id: string;
}

export interface OpenRequest {
  /** The default plan, where it is absent. */
  readonly plan?: string;
  /** What the first key is called. */
  readonly name: string;
  readonly by: string;
}

export interface OpenAnswer extends CustomerState {
  readonly key: KeyLine;
  /** The key's text: it is here and nowhere else. */
  readonly apiKey: string;
}

export interface KeysAnswer {
  readonly customer: string;
  /** The oldest first. */
  readonly keys: readonly KeyLine[];
}

export interface CreateKeyRequest extends ChangeRequest {
  /** One line of 1 to `MAX_KEY_NAME` characters. */
  readonly name: string;
  /** Seconds, 1 to `MAX_KEY_LIFETIME`; absent where it does not expire. */
  readonly lifetime?: number;
}

export interface RotateKeyRequest extends ChangeRequest {
  readonly keyId: string;
  /** Seconds for which the old key is served yet, 0 to `MAX_OVERLAP`. */
  readonly overlap: number;
}

export interface KeyAnswer {
  readonly customer: string;
  readonly key: KeyLine;
  /** The key's text: it is here and nowhere else. */
  readonly apiKey: string;
}

export interface RevokeKeyRequest extends ChangeRequest {
  readonly keyId: string;
  /** Whether environments of the authorizer that have let the key in are ended. */
  readonly now: boolean;
}

export interface RevokeAnswer {
  readonly customer: string;
  readonly keyId: string;
  readonly outcome: 'applied' | 'unchanged';
  /** Whether all environments of the authorizer have begun after the revocation. */
  readonly everywhere: boolean;
}

export interface ImportRequest {
  /** 1 to `MAX_IMPORTED_ROWS`. */
  readonly rows: readonly ImportRow[];
  readonly by: string;
}

export interface ImportRow {
  /** The SHA-256 of the key, base64url. */
  readonly hash: string;
  readonly name: string;
  /** 14 base62 digits; a new customer where it is absent. */
  readonly customer?: string;
  /** The default plan, where it is absent. */
  readonly plan?: string;
  /** ISO 8601. */
  readonly expiresAt?: string;
}

export interface ImportAnswer {
  /** What became of the rows, in their order. */
  readonly rows: readonly ImportedRow[];
}

export interface ImportedRow {
  /** `present`: it had been imported. */
  readonly outcome: 'imported' | 'present' | 'refused';
  /** Why it was refused. */
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
export const MAX_LISTED_CUSTOMERS = 1_000;
export const SHOWN_CHANGES = 20;

/** Days of use that are shown of a customer, today included. */
export const SHOWN_DAYS = 30;
export const MAX_KEY_NAME = 100;
/** Ten years. */
export const MAX_KEY_LIFETIME = 3_650 * 86_400;
export const MAX_OVERLAP = 90 * 86_400;
export const MAX_IMPORTED_ROWS = 500;
