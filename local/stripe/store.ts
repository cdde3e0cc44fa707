import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lockFolder } from '../store/folder-lock';
import { Journal } from '../store/journal';
import type { Table, Tables } from './state';

const HEADER = { format: 'cdk-paywall stripe', version: 1 };
/** What earlier versions kept the state in, as a whole. */
const OLD_FILE = 'stripe.json';

type Change =
  | { readonly table: Table; readonly put: { readonly id: string } }
  | { readonly table: Table; readonly remove: string };

/** All that came of one request, or of one delivery: it is there as a whole after a crash, or not at all. */
interface Entry {
  readonly changes: readonly Change[];
}

/**
 * Rows by table and id, in the order in which they came; kept in a journal when there is a folder for it. What was
 * answered survives the end of the process, and all but the last tenth of a second survives a power cut.
 */
export class Store {
  private readonly tables: { [T in Table]?: Map<string, Tables[T]> } = {};
  /** What the journal has yet to get. */
  private changes: Change[] = [];
  private undo: (() => void)[] | undefined;
  private journal: Journal<Entry> | undefined;
  private unlock: () => void = () => undefined;

  static open(dataDir?: string): Store {
    const store = new Store();
    if (dataDir !== undefined) {
      store.load(dataDir);
    }
    return store;
  }

  get<T extends Table>(table: T, id: string): Tables[T] | undefined {
    return this.rows(table).get(id);
  }

  all<T extends Table>(table: T): Tables[T][] {
    return [...this.values(table)];
  }

  /** Without a copy, for what goes through all of them often; a row that is put meanwhile may come as well. */
  values<T extends Table>(table: T): IterableIterator<Tables[T]> {
    return this.rows(table).values();
  }

  put<T extends Table>(table: T, row: Tables[T]): void {
    this.change(table, row.id, { table, put: row });
    this.rows(table).set(row.id, row);
  }

  remove(table: Table, id: string): void {
    this.change(table, id, { table, remove: id });
    this.rows(table).delete(id);
  }

  /** All that `work` changes, or nothing when it throws. */
  atomically<R>(work: () => R): R {
    const undo: (() => void)[] = [];
    const before = this.changes.length;
    this.undo = undo;
    try {
      return work();
    } catch (error) {
      for (const step of undo.reverse()) {
        step();
      }
      this.changes.length = before;
      throw error;
    } finally {
      this.undo = undefined;
    }
  }

  /** Hands all that was put before to the operating system; where that fails it stays to be handed over. */
  flush(): void {
    if (this.journal === undefined || this.changes.length === 0) {
      return;
    }
    this.journal.append({ changes: withoutSuperseded(this.changes) });
    this.changes = [];
    if (this.journal.isLarge) {
      this.journal.compact(this.snapshot());
    }
  }

  close(): void {
    try {
      this.flush();
      this.journal?.close();
    } finally {
      this.unlock();
    }
  }

  private change<T extends Table>(table: T, id: string, change: Change): void {
    const rows = this.rows(table);
    const before = rows.get(id);
    this.undo?.push(() => (before === undefined ? rows.delete(id) : rows.set(id, before)));
    if (this.journal !== undefined) {
      this.changes.push(change);
    }
  }

  private load(dataDir: string): void {
    const old = join(dataDir, OLD_FILE);
    if (existsSync(old)) {
      throw new Error(`${old} is a state that this version cannot read; delete it to start afresh`);
    }
    this.unlock = lockFolder(dataDir);
    try {
      const journal = new Journal<Entry>(dataDir, HEADER);
      for (const { changes } of journal.replay()) {
        changes.forEach((change) => {
          this.apply(change);
        });
      }
      journal.compact(this.snapshot());
      this.journal = journal;
    } catch (error) {
      this.unlock();
      throw error;
    }
  }

  private apply(change: Change): void {
    const rows = this.rows(change.table) as Map<string, unknown>;
    if ('put' in change) {
      rows.set(change.put.id, change.put);
    } else {
      rows.delete(change.remove);
    }
  }

  private *snapshot(): Generator<Entry> {
    for (const table of Object.keys(this.tables) as Table[]) {
      for (const row of this.values(table)) {
        yield { changes: [{ table, put: row }] };
      }
    }
  }

  private rows<T extends Table>(table: T): Map<string, Tables[T]> {
    const existing = this.tables[table] as Map<string, Tables[T]> | undefined;
    if (existing !== undefined) {
      return existing;
    }
    const created = new Map<string, Tables[T]>();
    Object.assign(this.tables, { [table]: created });
    return created;
  }
}

/** Of a row that was put several times only the last is kept, in the place of the first: the order of rows counts. */
function withoutSuperseded(changes: readonly Change[]): Change[] {
  const kept: Change[] = [];
  const places = new Map<string, number>();
  for (const change of changes) {
    const id = 'put' in change ? change.put.id : change.remove;
    const key = `${change.table} ${id}`;
    const place = places.get(key);
    if ('put' in change && place !== undefined) {
      kept[place] = change;
    } else {
      kept.push(change);
      places.delete(key);
      if ('put' in change) {
        places.set(key, kept.length - 1);
      }
    }
  }
  return kept;
}
