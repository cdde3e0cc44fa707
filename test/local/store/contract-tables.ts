import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  ListTablesCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { createTable, DEFINITION } from './client';
import type { Engine } from './contract';
import { type Attributes, failureOf, freshKey, num, str } from './items';

export function describeTables(engine: () => Engine): void {
  describe('tables', () => {
    test('are described, listed, and made once only', async () => {
      const { client, TableName } = engine();
      const { Table } = await client.send(new DescribeTableCommand({ TableName }));
      const { TableNames } = await client.send(new ListTablesCommand({}));

      expect(Table).toMatchObject({ TableName, TableStatus: 'ACTIVE', KeySchema: DEFINITION.KeySchema });
      expect(Table?.GlobalSecondaryIndexes?.[0]).toMatchObject({ IndexName: 'byPlan', IndexStatus: 'ACTIVE' });
      expect(TableNames).toContain(TableName);
      const again = failureOf(client.send(new CreateTableCommand({ TableName, ...DEFINITION })));
      expect((await again).name).toBe('ResourceInUseException');
    });

    test('are deleted', async () => {
      const { client } = engine();
      const TableName = await createTable(client);

      await client.send(new DeleteTableCommand({ TableName }));
      await waitUntilTableNotExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName });

      const read = client.send(new GetItemCommand({ TableName, Key: freshKey() }));
      expect((await failureOf(read)).name).toBe('ResourceNotFoundException');
    });

    test('a key that is not the table’s is refused', async () => {
      const { client, TableName } = engine();

      const keys: Attributes[] = [{ pk: str('a') }, { pk: num(1), sk: str('a') }, { pk: str(''), sk: str('a') }];

      for (const Key of keys) {
        const read = client.send(new GetItemCommand({ TableName, Key }));
        expect((await failureOf(read)).name).toBe('ValidationException');
      }
    });

    test('time to live is enabled, described and disabled', async () => {
      const { client, TableName } = engine();
      const set = (Enabled: boolean, AttributeName = 'expiresAt') =>
        client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { Enabled, AttributeName } }));
      const described = async () =>
        (await client.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription;

      expect(await described()).toEqual({ TimeToLiveStatus: 'DISABLED' });
      await set(true);
      expect(await described()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' });
      expect((await failureOf(set(true))).name).toBe('ValidationException');
      expect((await failureOf(set(false, 'other'))).name).toBe('ValidationException');
      await set(false);
      expect(await described()).toEqual({ TimeToLiveStatus: 'DISABLED' });
    });
  });
}
