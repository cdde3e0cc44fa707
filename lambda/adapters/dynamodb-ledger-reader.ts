import { type DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import { byTime, type LedgerReader, type LedgerRecord } from '../domain/ledger';
import { getItem } from './dynamodb-customer-store';
import { type Item, Key, text } from './dynamodb-items';

/**
 * The ledger in DynamoDB. Entries are sorted by their ids there, which makes them exactly once; so what is newest is told by reading
 * them all. An index by time would be written with each payment, to be read by an operator now and then.
 */
export class DynamoDbLedgerReader implements LedgerReader {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  public async find(customer: string, id: string): Promise<LedgerRecord | undefined> {
    const item = await getItem(this.client, this.table, Key.ledger(customer, id));
    return item && toRecord(item);
  }

  public async newest(customer: string, limit: number, before?: LedgerRecord): Promise<readonly LedgerRecord[]> {
    let newest: LedgerRecord[] = [];
    const pages = paginateQuery(
      { client: this.client },
      {
        TableName: this.table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': text(Key.ledgerOf(customer)) },
        ConsistentRead: true,
      },
    );
    for await (const { Items = [] } of pages) {
      const records = Items.map(toRecord).filter((record) => before === undefined || byTime(record, before) < 0);
      newest = [...newest, ...records].sort(byTime).slice(-limit);
    }
    return newest;
  }
}

function toRecord(item: Item): LedgerRecord {
  return {
    id: item.sk?.S ?? '',
    kind: item.kind?.S as LedgerRecord['kind'],
    units: Number(item.units?.N),
    plan: item.plan?.S,
    reason: item.reason?.S,
    by: item.by?.S,
    state: item.state?.S as LedgerRecord['state'],
    createdAt: item.createdAt?.S ?? '',
  };
}
