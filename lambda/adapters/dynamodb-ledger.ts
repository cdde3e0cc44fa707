import type { OpeningBalance } from '../domain/balance';
import type { Clock } from '../domain/clock';
import { isNewPeriod, type LedgerEntry } from '../domain/ledger';
import { writeOf } from './dynamodb-balance-writes';
import { pendingEntry, toEntry } from './dynamodb-entries';
import { type Item, isDeleted, Key, newBalance, text, toBalance } from './dynamodb-items';
import type { ConditionalUpdate, Items } from './dynamodb-update';
import { countedInTheEnd } from './dynamodb-usage-counters';
import { type Pause, randomPause } from './patient-items';

/** Each attempt that fails is one in which another entry of the same customer has got through. */
const MAX_ATTEMPTS = 50;

/** Milliseconds. */
const MAX_DELAY = 20;

/** `no_balance`: there is no such customer, and nothing was written; `deleted`: there was one, and the entry is void for good. */
export type LedgerOutcome = 'applied' | 'duplicate' | 'no_balance' | 'deleted';

/** What is known of a balance before an entry comes to it. */
export interface KnownBalance {
  /** As it was read a moment ago; not what a deletion has left of it. @default - it is read */
  readonly item?: Item;
  /** With what a customer begins who is new. @default - an entry makes no customer */
  readonly opening?: OpeningBalance;
  /** What must be there before the entry is; it is not done for a deleted customer. @default - nothing */
  readonly beforehand?: () => Promise<void>;
}

/**
 * Does what entries of the ledger say, each exactly once, whatever ends a run in between and however many runs are at it.
 *
 * A transaction over entry and balance would collide with the authorizer's own updates of a busy balance, and refuse calls at the
 * very moment of paying. So it is plain writes, each of which can be repeated: the balance, which takes an entry's units together
 * with its id as `lastEntry`; and the entry's mark, which is set before another entry may take that place. Whoever finds an entry
 * pending after he has read a `lastEntry` other than it, or has written it himself since then, therefore knows that the balance has not
 * had it.
 */
export class DynamoDbLedger {
  /** @param items see to throttled requests themselves: a busy balance takes few of its writes at first */
  constructor(
    private readonly items: Items,
    private readonly table: string,
    private readonly clock: Clock,
    private readonly pause: Pause = randomPause,
  ) {}

  /**
   * Writes the entry, unless it is there, and does what it says, unless it was done.
   *
   * @throws CustomerDeletedError where `known.opening` meets a deletion that was not seen before
   */
  public async enter(customer: string, entry: LedgerEntry, known: KnownBalance = {}): Promise<LedgerOutcome> {
    const item = pendingEntry(customer, entry, this.isoNow());
    // One that was there already may be done by now.
    const entered = async () =>
      (await this.items.putNew(this.table, item)) ? item : this.get(Key.ledger(customer, entry.id));
    return this.settle(customer, entry.id, known, entered);
  }

  /** Does what an entry says that is there, unless it was done. */
  public async apply(customer: string, id: string): Promise<LedgerOutcome> {
    return this.settle(customer, id, {}, () => this.get(Key.ledger(customer, id)));
  }

  private async settle(
    customer: string,
    id: string,
    { item, opening, beforehand }: KnownBalance,
    entered: () => Promise<Item | undefined>,
  ): Promise<LedgerOutcome> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const read = (attempt === 0 ? item : undefined) ?? (await this.get(Key.balance(customer)));
      const balance = read ?? (opening && (await this.open(customer, opening)));
      if (balance === undefined) {
        return 'no_balance';
      }
      if (isDeleted(balance)) {
        if (attempt === 0) {
          await entered();
        }
        await this.mark(customer, id, 'void');
        return 'deleted';
      }
      if (attempt === 0) {
        await beforehand?.();
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
      // Read after the balance, or written: see above.
      const entry = await (attempt === 0 ? entered() : this.get(Key.ledger(customer, id)));
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

  /** The balance of a customer who has none, or the one that another run has made meanwhile. */
  private async open(customer: string, opening: OpeningBalance): Promise<Item | undefined> {
    const item = newBalance(customer, opening);
    return (await this.items.putNew(this.table, item)) ? item : this.get(Key.balance(customer));
  }

  /** Whether the balance took the entry: it did not where what the change was computed from is another by now. */
  private async change(customer: string, entry: LedgerEntry, item: Item, count: number): Promise<boolean> {
    const last = item.lastEntry?.S;
    const now = this.clock();
    const { update, condition, attributes, values } = writeOf(entry, item, { now, count });
    const lastIsRead = last === undefined ? 'attribute_not_exists(#lastEntry)' : '#lastEntry = :last';
    const write: ConditionalUpdate = {
      key: Key.balance(customer),
      update: `SET ${update}, #lastEntry = :id`,
      condition: `${condition} AND ${lastIsRead}`,
      attributes: [...attributes, 'lastEntry'],
      values: { ...values, ':id': text(entry.id), ...(last !== undefined && { ':last': text(last) }) },
    };
    const used = entry.kind === 'settlement' ? entry.used : undefined;
    const { done } = await this.update(used === undefined ? write : countedInTheEnd(write, used, item, now));
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
        ':now': text(this.isoNow()),
      },
    });
  }

  private get(key: Item): Promise<Item | undefined> {
    return this.items.getItem(this.table, key);
  }

  private update(write: ConditionalUpdate) {
    return this.items.updateItem(this.table, write);
  }

  private isoNow(): string {
    return new Date(this.clock() * 1000).toISOString();
  }
}
