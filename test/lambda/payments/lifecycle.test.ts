import { createTable, type TestTable } from '../adapters/table';
import { checkAnyOrder } from './lifecycle';

let table: TestTable;

beforeAll(async () => {
  table = await createTable();
});

afterAll(() => table.close());

test(
  'events that are lost, late, doubled and out of order end where Stripe’s objects are, once all have come',
  () => checkAnyOrder(table, 12),
  60_000,
);
