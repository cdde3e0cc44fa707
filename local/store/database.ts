import type { Item } from './attribute-value';
import { tableNotFound } from './errors';
import type { TableDescription } from './requests';
import { Table } from './table';

/**
 * One change of the whole state, applied entirely or not at all; what the journal holds, a line each. To create a table
 * that exists is to change its definition: it keeps its items.
 */
export type Entry =
  | { readonly create: TableDescription }
  | { readonly drop: string }
  | { readonly timeToLive: { readonly table: string; readonly attribute: string | null } }
  | { readonly writes: readonly Write[]; readonly token?: Token };

export type Write = { readonly table: string; readonly put: Item } | { readonly table: string; readonly delete: Item };

/** A `ClientRequestToken` that was used, with what it was used for. */
export interface Token {
  readonly id: string;
  readonly digest: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What a write has made of an item: of none to one, of one to another, or of one to none. */
export interface Change {
  readonly table: Table;
  readonly old: Item | undefined;
  readonly new: Item | undefined;
  /** Whether its time to live was over, and nobody has asked for it. */
  readonly expired: boolean;
}

export type ChangeListener = (change: Change) => void;

/** How long DynamoDB remembers a `ClientRequestToken`. */
export const TOKEN_LIFETIME_MS = 600_000;

/**
 * All tables, in memory. Nothing here is asynchronous, and neither is any operation of the store: from reading an item
 * over checking a condition to writing it, an operation runs within one turn of the event loop. So operations are
 * serializable without a single lock.
 */
export class Database {
  private readonly tables = new Map<string, Table>();
  private readonly tokens = new Map<string, Token>();
  /** By table; a table that nobody watches is not in it. */
  private readonly listeners = new Map<string, ChangeListener>();

  /** `record` makes an entry durable before it is applied; where it throws, nothing has changed. */
  constructor(private readonly record: (entry: Entry) => void = () => {}) {}

  /** @param expired whether the time to live of what it deletes was over */
  commit(entry: Entry, expired = false): void {
    this.record(entry);
    this.apply(entry, expired);
  }

  /** Tells of every change of a table's items that is made from now on, within the write that makes it. */
  watch(table: string, listener: ChangeListener): void {
    this.listeners.set(table, listener);
  }

  apply(entry: Entry, expired = false): void {
    if ('create' in entry) {
      const table = new Table(entry.create, this.tables.get(entry.create.TableName));
      this.tables.set(entry.create.TableName, table);
    } else if ('drop' in entry) {
      this.tables.delete(entry.drop);
    } else if ('timeToLive' in entry) {
      this.table(entry.timeToLive.table).timeToLiveAttribute = entry.timeToLive.attribute ?? undefined;
    } else {
      for (const write of entry.writes) {
        const table = this.table(write.table);
        const old = 'put' in write ? table.put(write.put) : table.delete(write.delete);
        this.listeners.get(write.table)?.({ table, old, new: 'put' in write ? write.put : undefined, expired });
      }
      if (entry.token) this.remember(entry.token);
    }
  }

  /** The entries that lead from an empty database to this one. */
  *snapshot(now: number): Generator<Entry> {
    for (const [name, table] of this.tables) {
      yield { create: table.description };
      if (table.timeToLiveAttribute) yield { timeToLive: { table: name, attribute: table.timeToLiveAttribute } };
      for (const item of table.all()) yield { writes: [{ table: name, put: item }] };
    }
    for (const token of this.tokens.values()) {
      if (isValid(token, now)) yield { writes: [], token };
    }
  }

  table(name: string): Table {
    const table = this.tables.get(name);
    if (!table) throw tableNotFound(name);
    return table;
  }

  find(name: string): Table | undefined {
    return this.tables.get(name);
  }

  all(): IterableIterator<Table> {
    return this.tables.values();
  }

  token(id: string, now: number): Token | undefined {
    const token = this.tokens.get(id);
    return token && isValid(token, now) ? token : undefined;
  }

  private remember(token: Token): void {
    // In the order of their use, so that the first that is still valid ends the search for old ones.
    this.tokens.delete(token.id);
    this.tokens.set(token.id, token);
    for (const [id, other] of this.tokens) {
      if (isValid(other, token.at)) break;
      this.tokens.delete(id);
    }
  }
}

function isValid(token: Token, now: number): boolean {
  return now - token.at < TOKEN_LIFETIME_MS;
}
