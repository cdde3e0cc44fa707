import { DynamoDbCustomerStore } from '../../../lambda/adapters/dynamodb-customer-store';
import { DynamoDbKeyStore } from '../../../lambda/adapters/dynamodb-key-store';
import { DynamoDbPaymentStore } from '../../../lambda/adapters/dynamodb-payment-store';
import { DynamoDbSpendingStore } from '../../../lambda/adapters/dynamodb-spending-store';
import type { Items } from '../../../lambda/adapters/dynamodb-update';
import { PatientItems } from '../../../lambda/adapters/patient-items';
import type { Balance } from '../../../lambda/domain/balance';
import type { ChargeRequest } from '../../../lambda/domain/charge';
import type { PlanStep } from '../../../lambda/domain/ledger';
import { balance, NOW } from '../fixtures';
import { createTable, type TestTable } from './table';

export const HASH = new Uint8Array(32).fill(1);
export const NEXT = NOW + 30 * 86_400;

/** The adapters over one table. */
export class Stores {
  /** The stores, with those of spending and of payments over any client, on an engine that runs already or in the embedded store. */
  public static async open(itemsOf: (table: TestTable) => Items, url?: string): Promise<Stores> {
    const table = await createTable(url);
    return new Stores(table, itemsOf(table));
  }

  public readonly spending: DynamoDbSpendingStore;
  public readonly customers: DynamoDbCustomerStore;
  public readonly payments: DynamoDbPaymentStore;
  public readonly keys: DynamoDbKeyStore;
  private last = 0;

  private constructor(
    public readonly table: TestTable,
    items: Items,
  ) {
    this.spending = new DynamoDbSpendingStore(items, table.table);
    this.customers = new DynamoDbCustomerStore(table.client, table.table);
    this.keys = new DynamoDbKeyStore(table.client, table.table);
    this.payments = new DynamoDbPaymentStore(new PatientItems(items), table.table, () => NOW);
  }

  public close(): Promise<void> {
    return this.table.close();
  }

  /** A customer whose balance is as given. */
  public async put({ keys, keyExpiries, surrogateKeys: _none, graceEndsAt, ...opening }: Balance): Promise<string> {
    const customer = `customer${String(++this.last).padStart(6, '0')}`;
    await this.customers.create(customer, {
      ...opening,
      standing: graceEndsAt === undefined ? opening.standing : 'active',
    });
    for (const [id, hash] of Object.entries(keys)) {
      await this.keys.addFirst(customer, { keyId: id, name: id, createdAt: NOW }, hash);
    }
    for (const [id, expiry] of Object.entries(keyExpiries)) {
      await this.keys.expire(customer, id, expiry);
    }
    if (graceEndsAt !== undefined) {
      await this.payments.settleStanding(customer, { revision: 1, graceEndsAt, hasStep: false });
    }
    return customer;
  }

  public customerWith(overrides: Partial<Balance> = {}): Promise<string> {
    return this.put(balance(overrides));
  }

  public async balanceOf(customer: string): Promise<Balance> {
    const found = await this.customers.balance(customer);
    if (found === undefined) {
      throw new Error(`no balance of ${customer}`);
    }
    return found;
  }
}

/** A change to plan `pro` with a period of its own. */
export function planStep(overrides: Partial<PlanStep> = {}): PlanStep {
  const period = { start: NOW, end: NEXT };
  const id = `subscription#sub_1#change#${overrides.revision ?? 1}`;
  return { kind: 'plan', id, from: 'free', plan: 'pro', units: 1_000, period, revision: 1, ...overrides };
}

export function request(customer: string, overrides: Partial<ChargeRequest> = {}): ChargeRequest {
  return { customer, credential: { keyId: 'key001', keyHash: HASH }, cost: 1, ...overrides };
}
