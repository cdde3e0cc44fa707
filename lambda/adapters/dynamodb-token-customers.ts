import type { OpeningBalance } from '../domain/balance';
import type { CustomerStore } from '../domain/customers';
import { DynamoDbCustomerReads } from './dynamodb-customer-reads';
import { DynamoDbSpendingStore } from './dynamodb-spending-store';
import type { ItemReads, ItemUpdates } from './dynamodb-update';

/** Customers as the MCP server knows them: it makes none but those whom tokens name, by updates, and so needs no SDK. */
export class DynamoDbTokenCustomers extends DynamoDbCustomerReads implements CustomerStore {
  private readonly newcomers: DynamoDbSpendingStore;

  constructor(items: ItemReads & ItemUpdates, table: string) {
    super(items, table);
    this.newcomers = new DynamoDbSpendingStore(items, table);
  }

  public create(customer: string, opening: OpeningBalance): Promise<void> {
    return this.newcomers.open(customer, opening);
  }
}
