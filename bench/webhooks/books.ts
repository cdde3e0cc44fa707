import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { ServedGateway } from './gateway';
import { type Books, entryOf } from './outcome';

/** Reads the whole table: it holds what the benchmark has bought, and nothing else. */
export async function readBooks({ storeUrl, table }: Pick<ServedGateway, 'storeUrl' | 'table'>): Promise<Books> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: storeUrl, region: 'us-east-1', credentials });
  const entries = new Map<string, string>();
  const credits = new Map<string, number>();
  for await (const { Items = [] } of paginateScan({ client }, { TableName: table })) {
    for (const { pk, sk, state, credits: bought } of Items) {
      const [kind, customer = ''] = pk?.S?.split('#') ?? [];
      if (kind === 'LEDGER') {
        entries.set(entryOf(customer, sk?.S ?? ''), state?.S ?? '');
      }
      if (kind === 'CUSTOMER' && sk?.S === 'BALANCE') {
        credits.set(customer, Number(bought?.N));
      }
    }
  }
  client.destroy();
  return { entries, credits };
}
