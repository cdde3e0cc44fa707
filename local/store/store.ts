import { LocalClock } from '../clock';
import type { LoopbackServer } from '../loopback-server';
import type { TableModel } from '../template/model';
import { type AwsJsonService, startAwsJsonServer } from './aws-json-server';
import { Database } from './database';
import { lockFolder } from './folder-lock';
import { batchGetItem, batchWriteItem, deleteItem, getItem, putItem, updateItem } from './item-operations';
import { Journal } from './journal';
import { query, scan } from './queries';
import { createTable, deleteTable, describeTable, listTables, reconcile } from './table-operations';
import { deleteExpired, describeTimeToLive, setTimeToLive, updateTimeToLive } from './time-to-live';
import { transactGetItems, transactWriteItems } from './transactions';

export interface StoreOptions {
  /** Created before the store answers. */
  readonly tables: readonly Pick<TableModel, 'name' | 'definition' | 'ttlAttribute'>[];
  /**
   * Where the data is kept.
   * @default - in memory only
   */
  readonly dataDir?: string;
  /** @default - a free one */
  readonly port?: number;
  /** By which items expire. @default - a clock that nobody moves */
  readonly clock?: LocalClock;
}

export interface Store {
  /** Where DynamoDB is, as in `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly url: string;
  close(): Promise<void>;
}

const MAINTENANCE_INTERVAL_MS = 60_000;

const OPERATIONS: Readonly<Record<string, (database: Database, input: unknown, now: number) => unknown>> = {
  BatchGetItem: batchGetItem,
  BatchWriteItem: batchWriteItem,
  CreateTable: createTable,
  DeleteItem: deleteItem,
  DeleteTable: deleteTable,
  DescribeTable: describeTable,
  DescribeTimeToLive: describeTimeToLive,
  GetItem: getItem,
  ListTables: listTables,
  PutItem: putItem,
  Query: query,
  Scan: scan,
  TransactGetItems: transactGetItems,
  TransactWriteItems: transactWriteItems,
  UpdateItem: updateItem,
  UpdateTimeToLive: updateTimeToLive,
};

/** A DynamoDB endpoint on loopback for the tables of a template. */
export async function startStore(options: StoreOptions): Promise<Store> {
  const { clock = new LocalClock() } = options;
  const { database, maintain, close } = openDatabase(options.dataDir, clock);
  try {
    for (const table of options.tables) prepareTable(database, table);
    const server = await serveDatabase(database, clock, options.port);
    const stop = repeatedly(clock, MAINTENANCE_INTERVAL_MS, maintain);
    return {
      url: server.url,
      close: async () => {
        stop();
        await server.close();
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Serves a database that is there, as DynamoDB. */
export function serveDatabase(database: Database, clock: LocalClock, port?: number): Promise<LoopbackServer> {
  return startAwsJsonServer(serviceOf(database, clock), port);
}

/** Also when the clock is moved that far. */
function repeatedly(clock: LocalClock, milliseconds: number, run: () => void): () => void {
  let cancel = (): void => undefined;
  const wait = (): void => {
    cancel = clock.after(milliseconds, () => {
      run();
      wait();
    });
  };
  wait();
  return () => cancel();
}

function prepareTable(database: Database, { name, definition, ttlAttribute }: StoreOptions['tables'][number]): void {
  try {
    reconcile(database, { ...definition, TableName: name });
    setTimeToLive(database, name, ttlAttribute);
  } catch (error) {
    throw new Error(`table ${name}: ${(error as Error).message}`, { cause: error });
  }
}

function serviceOf(database: Database, clock: LocalClock): AwsJsonService {
  const operations = Object.entries(OPERATIONS).map(
    ([name, operation]) => [name, (input: unknown) => operation(database, input, clock.now())] as const,
  );
  return {
    targetPrefix: 'DynamoDB_20120810',
    contentType: 'application/x-amz-json-1.0',
    operations: new Map(operations),
  };
}

interface OpenDatabase {
  readonly database: Database;
  /** What is due from time to time. */
  maintain(): void;
  close(): void;
}

function openDatabase(dataDir: string | undefined, clock: LocalClock): OpenDatabase {
  if (dataDir === undefined) {
    const database = new Database();
    return { database, maintain: () => deleteExpired(database, clock.now() / 1000), close: () => {} };
  }
  const unlock = lockFolder(dataDir);
  try {
    const journal = new Journal(dataDir);
    const database = new Database((entry) => journal.append(entry));
    for (const entry of journal.replay()) database.apply(entry);
    journal.compact(database.snapshot(clock.now()));
    return { database, maintain: () => maintain(database, journal, clock.now()), close: () => close(journal, unlock) };
  } catch (error) {
    unlock();
    throw error;
  }
}

function maintain(database: Database, journal: Journal, now: number): void {
  try {
    deleteExpired(database, now / 1000);
    if (journal.isLarge) journal.compact(database.snapshot(now));
  } catch {
    // A full disk, most likely: the next writes report it to whoever makes them, and the next round tries again.
  }
}

function close(journal: Journal, unlock: () => void): void {
  try {
    journal.close();
  } finally {
    unlock();
  }
}
