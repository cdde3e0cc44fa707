import { createKey } from 'dynalite/db';
import type { Item } from './attribute-value';
import { validationException } from './errors';
import type { IndexDescription, KeySchema, TableDescription } from './requests';
import { SortedMap } from './sorted-map';

/** What a Query or a Scan reads: a table's items, or an index's. */
export interface Rows {
  readonly keySchema: KeySchema;
  /** Complete items, also in an index; a key starts with the partition key, so a partition is one stretch of the map. */
  readonly items: SortedMap<Item>;
  /** What is projected into the index; absent where everything is. */
  readonly projection?: readonly string[];
  readonly isGlobalIndex: boolean;
}

interface Index extends Rows {
  readonly name: string;
}

export class Table {
  timeToLiveAttribute: string | undefined;
  private readonly items = new SortedMap<Item>();
  private readonly indexes: readonly Index[];

  constructor(
    readonly description: TableDescription,
    former?: Table,
  ) {
    this.indexes = [
      ...(description.GlobalSecondaryIndexes ?? []).map((index) => indexOf(index, description, true)),
      ...(description.LocalSecondaryIndexes ?? []).map((index) => indexOf(index, description, false)),
    ];
    this.timeToLiveAttribute = former?.timeToLiveAttribute;
    for (const item of former?.all() ?? []) this.put(item);
  }

  get size(): number {
    return this.items.size;
  }

  get keyNames(): string[] {
    return namesOf(this.description.KeySchema);
  }

  /** The key attributes of an item. */
  keyOf(item: Item): Item {
    return pick(item, this.keyNames);
  }

  /** One string per item, the same for the same key attributes. */
  idOf(item: Item): string {
    return createKey(item, this.description);
  }

  get(key: Item): Item | undefined {
    return this.items.get(this.idOf(key));
  }

  *all(): Generator<Item> {
    for (const [, item] of this.items.entries()) yield item;
  }

  /** Gives the item that was there. */
  put(item: Item): Item | undefined {
    const known = this.get(item);
    if (known !== undefined) this.deleteFromIndexes(known);
    this.items.set(this.idOf(item), item);
    for (const index of this.indexes) {
      if (holdsIn(index, item)) index.items.set(this.rowIdOf(item, index), item);
    }
    return known;
  }

  /** Gives the item that was there. */
  delete(key: Item): Item | undefined {
    const item = this.get(key);
    if (item === undefined) return undefined;
    this.deleteFromIndexes(item);
    this.items.delete(this.idOf(item));
    return item;
  }

  private deleteFromIndexes(item: Item): void {
    for (const index of this.indexes) {
      if (holdsIn(index, item)) index.items.delete(this.rowIdOf(item, index));
    }
  }

  rows(indexName?: string): Rows {
    if (indexName === undefined) {
      return { keySchema: this.description.KeySchema, items: this.items, isGlobalIndex: false };
    }
    const index = this.indexes.find(({ name }) => name === indexName);
    if (!index) throw validationException(`The table does not have the specified index: ${indexName}`);
    return index;
  }

  /** Where an item is in `rows`: in an index several items may have the same index key. */
  rowIdOf(item: Item, rows: Rows): string {
    const id = this.idOf(item);
    return rows.items === this.items ? id : createKey(item, this.description, rows.keySchema) + id;
  }

  /** What the row ids of one partition start with. */
  partitionOf(partitionKey: Item, rows: Rows): string {
    return createKey(partitionKey, this.description, rows.keySchema.slice(0, 1));
  }
}

function indexOf(index: IndexDescription, table: TableDescription, isGlobalIndex: boolean): Index {
  const { ProjectionType, NonKeyAttributes = [] } = index.Projection;
  const keys = [...namesOf(index.KeySchema), ...namesOf(table.KeySchema)];
  return {
    name: index.IndexName,
    keySchema: index.KeySchema,
    items: new SortedMap<Item>(),
    projection: ProjectionType === 'ALL' ? undefined : [...keys, ...NonKeyAttributes],
    isGlobalIndex,
  };
}

export function namesOf(keySchema: KeySchema): string[] {
  return keySchema.map(({ AttributeName }) => AttributeName);
}

export function pick(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}

/** Indexes are sparse: an item without the index key is not in them. */
function holdsIn(index: Index, item: Item): boolean {
  return namesOf(index.keySchema).every((name) => item[name] !== undefined);
}
