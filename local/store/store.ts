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
}

export interface Store {
  /** Where DynamoDB is, as in `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly url: string;
  close(): Promise<void>;
}

const MAINTENANCE_INTERVAL_MS = 60_000;

const OPERATIONS: Readonly<Record<string, (database: Database, input: unknown) => unknown>> = {
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
  const { database, maintain, close } = openDatabase(options.dataDir);
  try {
    for (const table of options.tables) prepareTable(database, table);
    const server = await startAwsJsonServer(serviceOf(database), options.port);
    const timer = setInterval(maintain, MAINTENANCE_INTERVAL_MS).unref();
    return {
      url: server.url,
      close: async () => {
        clearInterval(timer);
        await server.close();
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

function prepareTable(database: Database, { name, definition, ttlAttribute }: StoreOptions['tables'][number]): void {
  try {
    reconcile(database, { ...definition, TableName: name });
    setTimeToLive(database, name, ttlAttribute);
  } catch (error) {
    throw new Error(`table ${name}: ${(error as Error).message}`, { cause: error });
  }
}

function serviceOf(database: Database): AwsJsonService {
  const operations = Object.entries(OPERATIONS).map(
    ([name, operation]) => [name, (input: unknown) => operation(database, input)] as const,
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

function openDatabase(dataDir: string | undefined): OpenDatabase {
  if (dataDir === undefined) {
    const database = new Database();
    return { database, maintain: () => deleteExpired(database, Date.now() / 1000), close: () => {} };
  }
  const unlock = lockFolder(dataDir);
  try {
    const journal = new Journal(dataDir);
    const database = new Database((entry) => journal.append(entry));
    for (const entry of journal.replay()) database.apply(entry);
    journal.compact(database.snapshot(Date.now()));
    return { database, maintain: () => maintain(database, journal), close: () => close(journal, unlock) };
  } catch (error) {
    unlock();
    throw error;
  }
}

function maintain(database: Database, journal: Journal): void {
  try {
    deleteExpired(database, Date.now() / 1000);
    if (journal.isLarge) journal.compact(database.snapshot(Date.now()));
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
