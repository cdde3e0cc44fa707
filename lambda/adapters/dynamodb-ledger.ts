import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../domain/clock';
import { isNewPeriod, type LedgerEntry } from '../domain/ledger';
import { writeOf } from './dynamodb-balance-writes';
import { getItem, isDeleted } from './dynamodb-customer-store';
import { toEntry } from './dynamodb-entries';
import { type Item, Key, text, toBalance } from './dynamodb-items';
import type { ConditionalUpdate } from './dynamodb-update';
import { PatientItemUpdates, type Pause, randomPause } from './sdk-item-updates';

/** Each attempt that fails is one in which another entry of the same customer has got through. */
const MAX_ATTEMPTS = 50;

/** Milliseconds. */
const MAX_DELAY = 20;

/**
 * Does what entries of the ledger say, each exactly once, whatever ends a run in between and however many runs are at it.
 *
 * A transaction over entry and balance would collide with the authorizer's own updates of a busy balance, and refuse calls at the
 * very moment of paying. So it is plain writes, each of which can be repeated: the balance, which takes an entry's units together
 * with its id as `lastEntry`; and the entry's mark, which is set before another entry may take that place. Whoever finds an entry
 * pending after he has read a `lastEntry` other than it therefore knows that the balance has not had it.
 */
export class DynamoDbLedger {
  private readonly updates: PatientItemUpdates;

  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly clock: Clock,
    private readonly pause: Pause = randomPause,
  ) {
    this.updates = new PatientItemUpdates(client, pause);
  }

  /** Does what the entry says, unless it was done. Of a deleted customer nothing is done, and the entry says so for good. */
  public async apply(customer: string, id: string): Promise<'applied' | 'duplicate' | 'no_balance' | 'deleted'> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const balance = await getItem(this.client, this.table, Key.balance(customer));
      if (balance === undefined) {
        return 'no_balance';
      }
      if (isDeleted(balance)) {
        await this.mark(customer, id, 'void');
        return 'deleted';
      }
      const last = balance.lastEntry?.S;
      if (last === id) {
        await this.mark(customer, id);
        return 'duplicate';
      }
      // Read after the balance: see above.
      const entry = await getItem(this.client, this.table, Key.ledger(customer, id));
      if (entry?.state?.S !== 'pending') {
        return 'duplicate';
      }
      const wanted = toEntry(id, entry);
      if (wanted.kind === 'renewal' && !isNewPeriod(wanted, toBalance(balance))) {
        // The authorizer has begun that period meanwhile, or the customer has gone to another plan.
        await this.mark(customer, id, 'void');
        return 'duplicate';
      }
      if (last !== undefined) {
        await this.mark(customer, last);
      }
      if (await this.change(customer, wanted, balance, attempt)) {
        await this.mark(customer, id);
        return 'applied';
      }
      await this.pause(MAX_DELAY);
    }
    throw new Error(`the balance of customer ${customer} kept changing under ${MAX_ATTEMPTS} attempts to settle it`);
  }

  /** Whether the balance took the entry: it did not where what the change was computed from is another by now. */
  private async change(customer: string, entry: LedgerEntry, item: Item, count: number): Promise<boolean> {
    const last = item.lastEntry?.S;
    const { update, condition, attributes, values } = writeOf(entry, item, { now: this.clock(), count });
    const lastIsRead = last === undefined ? 'attribute_not_exists(#lastEntry)' : '#lastEntry = :last';
    const { done } = await this.update({
      key: Key.balance(customer),
      update: `SET ${update}, #lastEntry = :id`,
      condition: `${condition} AND ${lastIsRead}`,
      attributes: [...attributes, 'lastEntry'],
      values: { ...values, ':id': text(entry.id), ...(last !== undefined && { ':last': text(last) }) },
    });
    return done;
  }

  private async mark(customer: string, id: string, state: 'applied' | 'void' = 'applied'): Promise<void> {
    await this.update({
      key: Key.ledger(customer, id),
      update: 'SET #state = :state, #appliedAt = :now',
      condition: '#state = :pending',
      attributes: ['state', 'appliedAt'],
      values: {
        ':state': text(state),
        ':pending': text('pending'),
        ':now': text(new Date(this.clock() * 1000).toISOString()),
      },
    });
  }

  private update(write: ConditionalUpdate) {
    return this.updates.updateItem(this.table, write);
  }
}
