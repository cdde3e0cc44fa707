import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { NO_PLAN, type OwnKeyStore } from '../domain/own-keys';
import { getItem } from './dynamodb-customer-store';
import { Key, text } from './dynamodb-items';
import { SdkItemUpdates } from './sdk-item-updates';

/** The surrogate keys that balances name, in DynamoDB. */
export class DynamoDbOwnKeyStore implements OwnKeyStore {
  private readonly updates: SdkItemUpdates;

  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {
    this.updates = new SdkItemUpdates(client);
  }

  public async find(customer: string) {
    const item = await getItem(this.client, this.table, Key.balance(customer));
    return item && { plan: item.plan?.S ?? NO_PLAN, surrogateKeys: item.surrogateKeys?.SS ?? [] };
  }

  public async add(customer: string, value: string): Promise<void> {
    await this.updates.updateItem(this.table, {
      key: Key.balance(customer),
      update: 'ADD #surrogateKeys :value',
      condition: 'attribute_exists(#plan)',
      attributes: ['surrogateKeys', 'plan'],
      values: { ':value': { SS: [value] } },
    });
  }

  public async drop(customer: string, value: string, plan: string): Promise<boolean> {
    const { done } = await this.updates.updateItem(this.table, {
      key: Key.balance(customer),
      update: 'DELETE #surrogateKeys :value',
      condition: '#plan <> :plan',
      attributes: ['surrogateKeys', 'plan'],
      values: { ':value': { SS: [value] }, ':plan': text(plan) },
    });
    return done;
  }
}
