import type { ReservationStore, Reserving } from '../domain/models/reservation';
import { Key, number, toBalance } from './dynamodb-items';
import type { ItemUpdates } from './dynamodb-update';

/** Balances in DynamoDB, of which a model proxy reserves more for a call: one conditional write, that only takes away. */
export class DynamoDbReservationStore implements ReservationStore {
  constructor(
    private readonly updates: ItemUpdates,
    private readonly table: string,
  ) {}

  public async reserve(customer: string, units: number): Promise<Reserving | undefined> {
    const outcome = await this.updates.updateItem(this.table, {
      key: Key.balance(customer),
      update: 'SET #remaining = #remaining - :units',
      // What a deletion has left of a customer has no balance.
      condition: '#remaining >= :units',
      attributes: ['remaining'],
      values: { ':units': number(units) },
    });
    const balance = toBalance(outcome.item);
    return balance && { isDone: outcome.done, balance };
  }
}
