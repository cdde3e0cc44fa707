import { randomBytes } from 'node:crypto';
import { type DynamoDBClient, PutItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { AuditEntry, AuditLog, Change } from '../domain/audit';
import { type Item, Key, text } from './dynamodb-items';

/** Changes of a customer in a partition of their own, in the order of their time. */
export class DynamoDbAuditLog implements AuditLog {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  public async begin(customer: string, entry: Omit<AuditEntry, 'outcome'>): Promise<string> {
    const Item = auditItem(customer, entry);
    await this.client.send(new PutItemCommand({ TableName: this.table, Item }));
    return Item.sk?.S ?? '';
  }

  public async end(customer: string, id: string, outcome: string): Promise<void> {
    await this.client.send(
      new UpdateItemCommand({
        TableName: this.table,
        Key: Key.audit(customer, id),
        UpdateExpression: 'SET #outcome = :outcome',
        ExpressionAttributeNames: { '#outcome': 'outcome' },
        ExpressionAttributeValues: { ':outcome': text(outcome) },
      }),
    );
  }

  public async list(customer: string, limit: number): Promise<readonly AuditEntry[]> {
    const { Items = [] } = await this.client.send(
      new QueryCommand({
        TableName: this.table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': Key.audit(customer, '').pk },
        ScanIndexForward: false,
        ConsistentRead: true,
        Limit: limit,
      }),
    );
    return Items.map(toEntry);
  }
}

/** A new entry, as it is stored. */
export function auditItem(customer: string, { at, who, from, change, outcome }: AuditEntry): Item {
  // The last part but one tells the order of what is of one second.
  const id = `${new Date(at * 1000).toISOString()}#${Date.now()}#${randomBytes(6).toString('hex')}`;
  return {
    ...Key.audit(customer, id),
    who: text(who),
    from: text(from),
    change: text(JSON.stringify(change)),
    ...(outcome !== undefined && { outcome: text(outcome) }),
  };
}

function toEntry(item: Item): AuditEntry {
  return {
    at: Date.parse(item.sk?.S?.split('#')[0] ?? '') / 1000,
    who: item.who?.S ?? '',
    from: item.from?.S ?? '',
    change: JSON.parse(item.change?.S ?? '{}') as Change,
    outcome: item.outcome?.S,
  };
}
