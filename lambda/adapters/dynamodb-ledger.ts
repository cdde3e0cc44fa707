import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Balance } from '../domain/balance';
import type { Clock } from '../domain/clock';
import { type BalanceChange, changeOf, type LedgerEntry } from '../domain/ledger';
import { getItem } from './dynamodb-customer-store';
import { type Item, Key, number, text, toBalance } from './dynamodb-items';
import type { ConditionalUpdate } from './dynamodb-update';
import { PatientItemUpdates, type Pause, randomPause } from './sdk-item-updates';

/** Each attempt that fails is one in which another entry of the same customer has got through. */
const MAX_ATTEMPTS = 50;

/** Milliseconds. */
const MAX_DELAY = 20;

/** An entry as it is written before it is done. */
export function pendingEntry(customer: string, entry: LedgerEntry, createdAt: string): Item {
  const { id, kind, units } = entry;
  return {
    ...Key.ledger(customer, id),
    kind: text(kind),
    units: number(units),
    ...('reason' in entry && entry.reason !== undefined && { reason: text(entry.reason) }),
    ...('by' in entry && entry.by !== undefined && { by: text(entry.by) }),
    ...(entry.kind === 'settlement' && {
      periodStart: number(entry.period.start),
      unitsAfterwards: number(entry.period.afterwards.units),
      creditsAfterwards: number(entry.period.afterwards.credits),
    }),
    state: text('pending'),
    createdAt: text(createdAt),
  };
}

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

  /** Does what the entry says, unless it was done. */
  public async apply(customer: string, id: string): Promise<'applied' | 'duplicate' | 'no_balance'> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const balance = await getItem(this.client, this.table, Key.balance(customer));
      if (balance === undefined) {
        return 'no_balance';
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
      if (last !== undefined) {
        await this.mark(customer, last);
      }
      if (await this.change(customer, toEntry(id, entry), balance)) {
        await this.mark(customer, id);
        return 'applied';
      }
      await this.pause(MAX_DELAY);
    }
    throw new Error(`the balance of customer ${customer} kept changing under ${MAX_ATTEMPTS} attempts to settle it`);
  }

  /** Whether the balance took the entry: it did not where what the change was computed from is another by now. */
  private async change(customer: string, entry: LedgerEntry, item: Item): Promise<boolean> {
    const balance = toBalance(item);
    const last = item.lastEntry?.S;
    const change = changeOf(entry, balance);
    const { guard } = change;
    const takesAll = guard !== undefined && 'allOf' in guard;
    const { update, condition, values } = takesAll ? allOf(guard.allOf, balance) : asRead(change, balance);
    const conditions = [
      '#periodStart = :periodStart',
      '#credits = :creditsRead',
      last === undefined ? 'attribute_not_exists(#lastEntry)' : '#lastEntry = :last',
      ...(condition === undefined ? [] : [condition]),
    ];
    const { done } = await this.update({
      key: Key.balance(customer),
      update: `SET ${update}, #lastEntry = :id`,
      condition: conditions.join(' AND '),
      attributes: ['remaining', 'credits', 'owed', 'lastEntry', 'periodStart'],
      values: {
        ':creditsRead': number(balance.credits),
        ':id': text(entry.id),
        ':periodStart': number(balance.periodStart),
        ...(last !== undefined && { ':last': text(last) }),
        ...values,
      },
    });
    return done;
  }

  private async mark(customer: string, id: string): Promise<void> {
    await this.update({
      key: Key.ledger(customer, id),
      update: 'SET #state = :applied, #appliedAt = :now',
      condition: '#state = :pending',
      attributes: ['state', 'appliedAt'],
      values: {
        ':applied': text('applied'),
        ':pending': text('pending'),
        ':now': text(new Date(this.clock() * 1000).toISOString()),
      },
    });
  }

  private update(write: ConditionalUpdate) {
    return this.updates.updateItem(this.table, write);
  }
}

type Change = Pick<ConditionalUpdate, 'update' | 'values'> & { readonly condition?: string };

function asRead({ remaining, credits, owed, guard }: BalanceChange, balance: Balance): Change {
  const atLeast = guard !== undefined && 'atLeast' in guard ? guard.atLeast : undefined;
  return {
    update: '#remaining = #remaining + :remaining, #credits = #credits + :credits, #owed = :owed',
    condition: atLeast === undefined ? undefined : '#remaining >= :atLeast',
    values: {
      ':remaining': number(remaining),
      ':credits': number(credits),
      ':owed': number(balance.owed + owed),
      ...(atLeast !== undefined && { ':atLeast': number(atLeast) }),
    },
  };
}

/** Told by what `remaining` is at that moment, and not by what was read: under a busy customer's calls that is another one by then. */
function allOf(units: number, balance: Balance): Change {
  return {
    update: '#remaining = :nothing, #credits = #credits - #remaining, #owed = :owedIfNoneLeft - #remaining',
    condition: '#remaining BETWEEN :nothing AND :units',
    values: {
      ':nothing': number(0),
      ':units': number(units),
      ':owedIfNoneLeft': number(balance.owed + units),
    },
  };
}

function toEntry(id: string, item: Item): LedgerEntry {
  const value = (name: string) => Number(item[name]?.N ?? 0);
  const kind = item.kind?.S as LedgerEntry['kind'];
  const units = value('units');
  if (kind !== 'settlement') {
    return { id, kind, units };
  }
  const afterwards = { units: value('unitsAfterwards'), credits: value('creditsAfterwards') };
  return { id, kind, units, period: { start: value('periodStart'), afterwards } };
}
