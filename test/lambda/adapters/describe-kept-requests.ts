import { DynamoDbKeptRequests } from '../../../lambda/adapters/dynamodb-kept-requests';
import type { ItemReads, ItemUpdates } from '../../../lambda/adapters/dynamodb-update';
import { NOW } from '../fixtures';
import { createTable, type TestTable } from './table';

let last = 0;

const request = (size = 10) => ({
  id: `request${++last}`,
  customer: 'ada',
  apiId: 'api1',
  tokenHash: new Uint8Array(32).fill(2),
  sealed: new Uint8Array(size).fill(3),
  expiresAt: NOW,
  used: false,
});

/** What keeps requests, over any engine that speaks DynamoDB, and over any client. */
export function describeKeptRequests(
  engine: string,
  itemsOf: (table: TestTable) => ItemUpdates & ItemReads,
  url?: string,
): void {
  describe(`kept requests on ${engine}`, () => {
    let table: TestTable;
    let requests: DynamoDbKeptRequests;

    beforeAll(async () => {
      table = await createTable(url);
      requests = new DynamoDbKeptRequests(itemsOf(table), table.table);
    });

    afterAll(() => table.close());

    const keep = async (size?: number) => {
      const made = request(size);
      await requests.keep(made, NOW + 10);
      return made;
    };

    test('what is kept is found as it was, also the largest', async () => {
      // What the largest body, path and headers come to: an item holds 400 KB.
      const kept = await keep(256 * 1_024 + 10_000);
      const found = await requests.find(kept.id);
      expect({ ...found, sealed: found?.sealed?.length, tokenHash: [...(found?.tokenHash ?? [])] }).toEqual({
        ...kept,
        sealed: kept.sealed.length,
        tokenHash: [...kept.tokenHash],
      });
      expect(await requests.find('nothing')).toBeUndefined();
    });

    test('of many runs at once, one claims it', async () => {
      const { id } = await keep();
      const claims = await Promise.all(Array.from({ length: 10 }, (_, run) => requests.claim(id, `run${run}`)));
      expect(claims.filter((claimed) => claimed)).toHaveLength(1);
      expect((await requests.find(id))?.used).toBe(true);
    });

    test('a claim that was made, and whose answer was lost, is made again', async () => {
      const { id } = await keep();
      expect([await requests.claim(id, 'run1'), await requests.claim(id, 'run1')]).toEqual([true, true]);
    });

    test('a claim is given back by who has it, and what was run is forgotten', async () => {
      const { id } = await keep();
      await requests.claim(id, 'run1');
      await requests.release(id, 'run2');
      expect(await requests.claim(id, 'run3')).toBe(false);
      await requests.release(id, 'run1');
      expect(await requests.claim(id, 'run3')).toBe(true);
      await requests.forget(id, 'run1');
      expect((await requests.find(id))?.sealed).toBeDefined();
      await requests.forget(id, 'run3');
      expect(await requests.find(id)).toMatchObject({ used: true, sealed: undefined });
      expect(await requests.claim(id, 'run4')).toBe(false);
    });

    test('what was never kept is claimed by nobody', async () => {
      expect(await requests.claim('nothing', 'run1')).toBe(false);
      expect(await requests.find('nothing')).toBeUndefined();
    });

    test('a retry counts once, unless it is given back', async () => {
      expect([await requests.claimRetry('r1', 'a', NOW), await requests.claimRetry('r1', 'b', NOW)]).toEqual([
        true,
        false,
      ]);
      await requests.release('r1', 'a');
      expect(await requests.claimRetry('r1', 'b', NOW)).toBe(true);
    });

    test('so many are counted an hour, and no more', async () => {
      const counted = [];
      for (const hour of [1, 1, 1, 2]) {
        counted.push(await requests.count(request(), hour, 2, NOW));
      }
      expect(counted).toEqual([true, true, false, true]);
    });
  });
}
