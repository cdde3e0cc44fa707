import { createTable, type TestTable } from '../adapters/table';
import { checkAnyOrder, checkEveryEnd } from './lifecycle';

let table: TestTable;

beforeAll(async () => {
  table = await createTable();
});

afterAll(() => table.close());

jest.setTimeout(600_000);

test('whatever comes of a customer’s events, he ends where Stripe’s objects are', () => checkAnyOrder(table, 200));

test('whichever write a run ends after, the next makes it good', async () => {
  const writes = await checkEveryEnd(table);
  process.stderr.write(`a life of ${writes} writes, ended after each of them\n`);
  expect(writes).toBeGreaterThan(50);
});
