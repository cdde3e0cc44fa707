import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { type StoreOptions, startStore } from '../../../local/store/store';
import { bundle, type RunningProgram, run } from './bundled-store';
import { clientOf, createTable, DEFINITION } from './client';
import { transact } from './contract-transactions';
import { failureOf, freshKey, itemAt, num, str, update } from './items';

const MODEL = { name: 'Paywall', definition: { ...DEFINITION }, ttlAttribute: 'expiresAt' };
const engineOf = (client: DynamoDBClient) => ({ client, TableName: MODEL.name });

let folder: string;
let dataDir: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'));
  dataDir = join(folder, 'data');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs something on a store in this process that keeps its data, and closes that. */
async function withStore<T>(
  work: (client: DynamoDBClient) => Promise<T>,
  tables: StoreOptions['tables'] = [MODEL],
): Promise<T> {
  const store = await startStore({ tables, dataDir });
  const client = clientOf(store.url);
  try {
    return await work(client);
  } finally {
    client.destroy();
    await store.close();
  }
}

const journal = () => join(dataDir, 'journal.jsonl');

describe('a store with a data folder', () => {
  test('has after a restart what it had', async () => {
    // GIVEN
    const [kept, gone] = [freshKey(), freshKey()];
    await withStore(async (client) => {
      await update(engineOf(client), kept, 'SET credits = :q', { ':q': num(1) });
      await update(engineOf(client), gone, 'SET credits = :q', { ':q': num(1) });
    });

    // WHEN
    await withStore((client) => transact(engineOf(client), [{ Delete: { TableName: MODEL.name, Key: gone } }]));

    // THEN
    await withStore(async (client) => {
      expect(await itemAt(engineOf(client), kept)).toEqual({ ...kept, credits: num(1) });
      expect(await itemAt(engineOf(client), gone)).toBeUndefined();
    });
  });

  test('knows a ClientRequestToken after a restart', async () => {
    const Key = freshKey();
    const addition = {
      Update: {
        TableName: MODEL.name,
        Key,
        UpdateExpression: 'ADD credits :q',
        ExpressionAttributeValues: { ':q': num(2) },
      },
    };

    for (const _ of [1, 2, 3]) await withStore((client) => transact(engineOf(client), [addition], 'the-token'));

    await withStore(async (client) => {
      expect((await itemAt(engineOf(client), Key))?.credits).toEqual(num(2));
    });
  });

  test('leaves out what was cut off, and goes on from there', async () => {
    // GIVEN
    const [whole, torn, later] = [freshKey(), freshKey(), freshKey()];
    await withStore(async (client) => {
      await update(engineOf(client), whole, 'SET credits = :q', { ':q': num(1) });
      await update(engineOf(client), torn, 'SET credits = :q', { ':q': num(1) });
    });
    truncateSync(journal(), readFileSync(journal()).length - 5);

    // WHEN
    await withStore((client) => update(engineOf(client), later, 'SET credits = :q', { ':q': num(1) }));

    // THEN
    await withStore(async (client) => {
      expect(await itemAt(engineOf(client), whole)).toBeDefined();
      expect(await itemAt(engineOf(client), torn)).toBeUndefined();
      expect(await itemAt(engineOf(client), later)).toBeDefined();
    });
  });

  test.each([
    ['damaged', () => appendFileSync(journal(), '{"wri\n{"writes":[]}\n'), 'is damaged at line'],
    ['of another version', () => writeFileSync(journal(), '{"format":"other"}\n'), 'is not a journal of this version'],
  ])('refuses a journal that is %s, and leaves it alone', async (_, damage, message) => {
    await withStore(async () => {});
    damage();
    const before = readFileSync(journal(), 'utf8');

    await expect(startStore({ tables: [], dataDir })).rejects.toThrow(message);
    expect(readFileSync(journal(), 'utf8')).toBe(before);
  });

  test('is compacted at start', async () => {
    const key = freshKey();
    await withStore(async (client) => {
      for (let n = 0; n < 50; n++) await update(engineOf(client), key, 'SET credits = :q', { ':q': num(n) });
    });
    const grown = readFileSync(journal()).length;

    await withStore(async (client) => {
      expect(await itemAt(engineOf(client), key)).toEqual({ ...key, credits: num(49) });
    });

    expect(readFileSync(journal()).length).toBeLessThan(grown / 5);
  });

  test('is used by one store at a time', async () => {
    await withStore(async () => {
      await expect(startStore({ tables: [], dataDir })).rejects.toThrow(`is in use by process ${process.pid}`);
    });

    writeFileSync(join(dataDir, 'lock'), '999999999\n');
    await withStore(async () => {});
  });

  test('builds an index that the template gained, from the items that it kept', async () => {
    // GIVEN
    const { GlobalSecondaryIndexes, LocalSecondaryIndexes, ...definition } = DEFINITION;
    const AttributeDefinitions = DEFINITION.AttributeDefinitions?.slice(0, 2);
    const key = freshKey();
    const item = { ...key, plan: str('pro'), rank: num(1) };
    await withStore(
      (client) => client.send(new PutItemCommand({ TableName: MODEL.name, Item: item })),
      [{ ...MODEL, definition: { ...definition, AttributeDefinitions } }],
    );

    // WHEN
    const query = new QueryCommand({
      TableName: MODEL.name,
      IndexName: 'byPlan',
      KeyConditionExpression: '#plan = :plan',
      ExpressionAttributeNames: { '#plan': 'plan' },
      ExpressionAttributeValues: { ':plan': item.plan },
    });
    const found = await withStore((client) => client.send(query));

    // THEN
    expect(found.Items).toEqual([item]);
  });

  test('refuses a template that gives a kept table another key', async () => {
    await withStore(async () => {});
    const definition = {
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    };

    await expect(startStore({ tables: [{ ...MODEL, definition }], dataDir })).rejects.toThrow(
      'table Paywall: it was kept',
    );
  });
});

describe('the bundled store', () => {
  const program = () => join(folder, 'program.js');
  let running: RunningProgram | undefined;

  afterEach(async () => {
    await running?.kill();
    running = undefined;
  });

  test('is one file that needs nothing but Node.js', async () => {
    const { outputs } = await bundle(program());

    const imports = Object.values(outputs).flatMap((output) => output.imports.map(({ path }) => path));
    expect(imports.filter((path) => !builtinModules.includes(path.replace('node:', '')))).toEqual([]);
    expect(readFileSync(program(), 'utf8')).not.toMatch(/\brequire\((?!")|\.node"/);
  });

  test('has after kill -9 all that it has answered, whatever was under way', async () => {
    // GIVEN
    await bundle(program());
    running = await run(program(), folder, dataDir);
    const client = clientOf(running.url);
    const engine = { client, TableName: await createTable(client) };
    const [first, second] = [freshKey(), freshKey()];

    // WHEN
    let answered = 0;
    const writer = async () => {
      for (;;) {
        const add = (Key: typeof first) => ({
          Update: {
            TableName: engine.TableName,
            Key,
            UpdateExpression: 'ADD credits :q',
            ExpressionAttributeValues: { ':q': num(1) },
          },
        });
        await transact(engine, [add(first), add(second)]);
        answered += 1;
      }
    };
    const writers = Array.from({ length: 4 }, () => failureOf(writer()));
    while (answered < 40) await new Promise((resolve) => setTimeout(resolve, 5));
    await running.kill();
    await Promise.all(writers);
    client.destroy();

    // THEN
    running = await run(program(), folder, dataDir);
    const again = { ...engine, client: clientOf(running.url) };
    const credits = Number((await itemAt(again, first))?.credits?.N);
    expect(credits).toBeGreaterThanOrEqual(answered);
    expect(credits).toBeLessThanOrEqual(answered + 4);
    expect((await itemAt(again, second))?.credits).toEqual(num(credits));
    again.client.destroy();
  });
});
