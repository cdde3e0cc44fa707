import fs from 'node:fs';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type Stripe from 'stripe';
import { startStripe } from '../../../local/stripe';
import { newCustomer } from '../../../local/stripe/objects/customer';
import { Store } from '../../../local/stripe/store';
import { openShop, SECRET_KEY, WEBHOOK_SECRET } from './support';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'stripe-'));
});

afterEach(() => rm(dataDir, { recursive: true }));

async function linesOf(folder: string): Promise<{ changes: { table: string; put?: object }[] }[]> {
  const [, ...lines] = (await readFile(join(folder, 'journal.jsonl'), 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line));
}

test('is one journal, with one line for each request', async () => {
  const shop = await openShop({ dataDir });
  await Promise.all(Array.from({ length: 20 }, () => shop.stripe.customers.create()));
  const lines = await linesOf(dataDir);
  const customers = lines.map(({ changes }) => changes.filter(({ table }) => table === 'customer').length);
  expect(customers.filter((count) => count > 0)).toEqual(Array(20).fill(1));
  await shop.close();
  expect(await readdir(dataDir)).toEqual(['journal.jsonl']);
});

test('is there again as far as it was answered, when the process has ended in the middle of a line', async () => {
  const shop = await openShop({ dataDir });
  const { id } = await shop.stripe.customers.create({ name: 'Ada' });
  await shop.local.idle();
  await shop.close();
  await appendFile(join(dataDir, 'journal.jsonl'), '{"changes":[{"table":"customer","put":{"id":"cus_half');
  const again = await openShop({ dataDir });
  expect((await again.stripe.customers.list()).data).toMatchObject([{ id, name: 'Ada' }]);
  await again.close();
});

test('is for one process at a time', async () => {
  const shop = await openShop({ dataDir });
  await expect(openShop({ dataDir })).rejects.toThrow(/is in use by process/);
  const port = Number(new URL(shop.local.url).port);
  const other = join(dataDir, 'other');
  await expect(openShop({ dataDir: other, port })).rejects.toThrow(/EADDRINUSE/);
  const free = await openShop({ dataDir: other });
  await free.close();
  await shop.close();
});

test.each([
  ['journal.jsonl', '{"format":"another","version":1}\n', /not a journal of this version/],
  ['stripe.json', '{"format":1,"tables":{}}', /stripe\.json is a state that this version cannot read/],
])('that is not ours is left alone: %s', async (file, text, message) => {
  await writeFile(join(dataDir, file), text);
  const options = { secretKey: SECRET_KEY, webhookSecret: WEBHOOK_SECRET, webhookUrl: () => undefined, dataDir };
  await expect(startStripe(options)).rejects.toThrow(message);
  expect(await readFile(join(dataDir, file), 'utf8')).toBe(text);
});

test('that cannot be kept is no success, and is kept as soon as it can be', async () => {
  const lines: string[] = [];
  const shop = await openShop({ dataDir, log: (line) => lines.push(line) });
  const full = jest.spyOn(fs, 'writeSync').mockImplementation(() => {
    throw new Error('ENOSPC');
  });
  await expect(shop.stripe.customers.create()).rejects.toMatchObject({ statusCode: 500, type: 'StripeAPIError' });
  full.mockRestore();
  expect(lines.join('\n')).toContain('ENOSPC');
  await shop.stripe.customers.create();
  await shop.close();
  const again = await openShop({ dataDir });
  expect((await again.stripe.customers.list()).data).toHaveLength(2);
  await again.close();
});

type Change = readonly ['put' | 'remove', number];

function apply(store: Store, changes: readonly Change[], name: string): void {
  for (const [change, index] of changes) {
    const id = `cus_${index}`;
    if (change === 'put') {
      store.put('customer', newCustomer({ id, created: 0, name }));
    } else {
      store.remove('customer', id);
    }
  }
}

function namesById(store: Store): Record<string, Stripe.Customer['name']> {
  return Object.fromEntries(store.all('customer').map(({ id, name }) => [id, name]));
}

test('is as it was when a change of several rows fails on its way', async () => {
  const changes = fc.array(fc.tuple(fc.constantFrom('put' as const, 'remove' as const), fc.nat(5)), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(changes, changes, async (before, during) => {
      const store = Store.open();
      apply(store, before, 'before');
      const expected = namesById(store);
      const failing = () =>
        store.atomically(() => {
          apply(store, during, 'during');
          throw new Error('halfway');
        });
      expect(failing).toThrow('halfway');
      expect(namesById(store)).toEqual(expected);
    }),
  );
});

test('is after a restart what it was before, in the same order, whatever has happened to it', async () => {
  const changes = fc.array(fc.tuple(fc.constantFrom('put' as const, 'remove' as const), fc.nat(5)), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.array(changes, { maxLength: 4 }), fc.boolean(), async (batches, failing) => {
      const folder = await mkdtemp(join(dataDir, 'store-'));
      const store = Store.open(folder);
      batches.forEach((batch, index) => {
        apply(store, batch, `batch ${index}`);
        store.flush();
      });
      const halfway = () =>
        store.atomically(() => {
          apply(store, [['put', 9]], 'never');
          throw new Error('halfway');
        });
      if (failing) {
        expect(halfway).toThrow('halfway');
      }
      const expected = Object.entries(namesById(store));
      store.close();
      const again = Store.open(folder);
      expect(Object.entries(namesById(again))).toEqual(expected);
      again.close();
    }),
    { numRuns: 25 },
  );
});
