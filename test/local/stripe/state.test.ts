import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type Stripe from 'stripe';
import { startStripe } from '../../../local/stripe';
import { newCustomer } from '../../../local/stripe/objects/customer';
import { Store } from '../../../local/stripe/state';
import { openShop, SECRET_KEY, WEBHOOK_SECRET } from './support';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'stripe-'));
});

afterEach(() => rm(dataDir, { recursive: true }));

test('is one file, replaced as a whole', async () => {
  const shop = await openShop({ dataDir });
  await Promise.all(Array.from({ length: 20 }, () => shop.stripe.customers.create()));
  const kept = JSON.parse(await readFile(join(dataDir, 'stripe.json'), 'utf8'));
  expect(kept.tables.customer).toHaveLength(20);
  await shop.close();
  expect(await readdir(dataDir)).toEqual(['stripe.json']);
});

test.each(['{"format":', '{"format":1,"tables":{}}'])('that is not ours is left alone: %s', async (text) => {
  await writeFile(join(dataDir, 'stripe.json'), text);
  const options = { secretKey: SECRET_KEY, webhookSecret: WEBHOOK_SECRET, webhookUrl: () => undefined, dataDir };
  await expect(startStripe(options)).rejects.toThrow(/stripe\.json is not a state that this version can read/);
  expect(await readFile(join(dataDir, 'stripe.json'), 'utf8')).toBe(text);
});

test('that cannot be kept is no success, and is kept as soon as it can be', async () => {
  const lines: string[] = [];
  const folder = join(dataDir, 'state');
  const shop = await openShop({ dataDir: folder, log: (line) => lines.push(line) });
  await rename(folder, `${folder}-away`);
  await expect(shop.stripe.customers.create()).rejects.toMatchObject({ statusCode: 500, type: 'StripeAPIError' });
  expect(lines.join('\n')).toContain('ENOENT');
  await rename(`${folder}-away`, folder);
  await shop.stripe.customers.create();
  await shop.close();
  expect(JSON.parse(await readFile(join(folder, 'stripe.json'), 'utf8')).tables.customer).toHaveLength(2);
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
      const store = await Store.open();
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
