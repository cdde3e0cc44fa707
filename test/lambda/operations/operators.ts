import { DynamoDbAuditLog } from '../../../lambda/adapters/dynamodb-audit-log';
import { DynamoDbCustomerDeletions } from '../../../lambda/adapters/dynamodb-customer-deletions';
import { DynamoDbKeyImports } from '../../../lambda/adapters/dynamodb-key-imports';
import { DynamoDbLedgerReader } from '../../../lambda/adapters/dynamodb-ledger-reader';
import { DynamoDbOperatedCustomers } from '../../../lambda/adapters/dynamodb-operated-customers';
import { DynamoDbPaymentStore } from '../../../lambda/adapters/dynamodb-payment-store';
import { DynamoDbProbes } from '../../../lambda/adapters/dynamodb-probes';
import { DynamoDbUsageHistory } from '../../../lambda/adapters/dynamodb-usage-history';
import { patientItems } from '../../../lambda/adapters/sdk-item-updates';
import type { PlanArrival } from '../../../lambda/domain/own-keys';
import type { OperationsDependencies } from '../../../lambda/operations/dependencies';
import { operate } from '../../../lambda/operations/operate';
import { Stores } from '../adapters/stores';
import { viaSdk } from '../adapters/updates';
import { CATALOGUE, NOW } from '../fixtures';

/** Operations over one table, as operators ask for them. */
export class Operators {
  public static async open(): Promise<Operators> {
    return new Operators(await Stores.open(viaSdk));
  }

  public now = NOW;
  public readonly arrivals: PlanArrival[] = [];
  /** How often the authorizer was begun anew. */
  public renewals = 0;
  /** What happens while a deletion waits for what had begun before it. */
  public meanwhile: () => unknown = () => undefined;
  public readonly dependencies: OperationsDependencies;

  private constructor(public readonly stores: Stores) {
    this.dependencies = this.on(stores.table.client);
  }

  /** The same over another client. */
  public on(client: Stores['table']['client']): OperationsDependencies {
    const { table } = this.stores.table;
    const clock = () => this.now;
    return {
      customers: this.stores.customers,
      operated: new DynamoDbOperatedCustomers(client, table),
      deletions: new DynamoDbCustomerDeletions(client, table),
      probes: new DynamoDbProbes(client, table),
      settled: async () => this.meanwhile(),
      payments: new DynamoDbPaymentStore(patientItems(client), table, clock),
      keys: this.stores.keys,
      accepts: { own: true, imported: true },
      imports: new DynamoDbKeyImports(client, table),
      auditLog: new DynamoDbAuditLog(client, table),
      usageHistory: new DynamoDbUsageHistory(client, table),
      ledger: new DynamoDbLedgerReader(client, table),
      catalogue: CATALOGUE,
      renewAuthorizer: async () => {
        this.renewals += 1;
      },
      arrivals: {
        send: async (arrival) => {
          this.arrivals.push(arrival);
        },
      },
      mode: async () => 'test',
      newLinkSecret: () => new Uint8Array(16).fill(3),
      clock,
    } as Partial<OperationsDependencies> as OperationsDependencies;
  }

  public ask(event: object, on = this.dependencies, millisLeft = 600_000) {
    return operate(event, on, () => millisLeft);
  }

  public async answerTo<Answer>(event: object, on = this.dependencies): Promise<Answer> {
    const result = await this.ask(event, on);
    if (!('answer' in result)) {
      throw new Error(result.refused);
    }
    return result.answer as Answer;
  }

  public async refusalOf(event: object): Promise<string> {
    const result = await this.ask(event);
    return 'refused' in result ? result.refused : 'it was not refused';
  }

  /** What was written down of a customer, the oldest first. */
  public async changesOf(customer: string) {
    return (await this.dependencies.auditLog.list(customer, 100)).toReversed();
  }
}
