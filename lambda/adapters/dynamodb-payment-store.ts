import type { OpeningBalance } from '../domain/balance';
import type { Clock } from '../domain/clock';
import { CustomerDeletedError, type PaymentStore, type Progress, type RevisedStanding } from '../domain/customers';
import type { Entitlement } from '../domain/entitlement';
import {
  type Clawback,
  type Grant,
  isNewPeriod,
  type LedgerEntry,
  type PlanStep,
  type Renewal,
} from '../domain/ledger';
import { earliestBeginning } from '../domain/period';
import { toAside } from './dynamodb-aside';
import { entitlementWrite, REPLACED, toEntitlement } from './dynamodb-entitlement';
import { type Item, isDeleted, Key, newBalance, number, text, toBalance } from './dynamodb-items';
import { DynamoDbLedger, type KnownBalance } from './dynamodb-ledger';
import type { ConditionalUpdate, Items } from './dynamodb-update';
import type { Pause } from './patient-items';

/** Stripe sends an event for 3 days, and lists it for 30. */
const EVENT_LIFETIME = 40 * 86_400;

/** Each attempt that fails is one in which an operator has changed the standing. */
const MAX_ATTEMPTS = 5;

/** What payments write. */
export class DynamoDbPaymentStore implements PaymentStore {
  private readonly ledger: DynamoDbLedger;

  /** @param items see to throttled requests themselves: a busy balance takes few of its writes at first */
  constructor(
    private readonly items: Items,
    private readonly table: string,
    private readonly clock: Clock,
    pause?: Pause,
  ) {
    this.ledger = new DynamoDbLedger(items, table, clock, pause);
  }

  public async create(customer: string, opening: OpeningBalance): Promise<void> {
    await this.items.putNew(this.table, newBalance(customer, opening));
  }

  public async isSeen(eventId: string): Promise<boolean> {
    return (await this.get(Key.event(eventId))) !== undefined;
  }

  public markSeen(eventId: string, type: string): Promise<boolean> {
    const expiresAt = number(this.clock() + EVENT_LIFETIME);
    return this.items.putNew(this.table, { ...Key.event(eventId), type: text(type), expiresAt });
  }

  public post(
    customer: string,
    entry: Grant | Clawback | PlanStep,
    opening?: OpeningBalance,
    stripeCustomer?: string,
  ): Promise<'applied' | 'duplicate'> {
    const beforehand = async () => {
      if (stripeCustomer !== undefined) {
        await this.linkStripeCustomer(customer, stripeCustomer);
      }
    };
    return this.enter(customer, entry, { opening, beforehand });
  }

  public async entitlement(customer: string): Promise<Entitlement> {
    return toEntitlement(await this.get(Key.account(customer)));
  }

  public async entitle(customer: string, present: Entitlement, next: Entitlement): Promise<boolean> {
    return (await this.update(entitlementWrite(customer, present, next))).done;
  }

  public async forgetReplaced(customer: string, subscription: string): Promise<void> {
    await this.update({
      key: Key.account(customer),
      update: `DELETE #${REPLACED} :ids`,
      condition: `contains(#${REPLACED}, :id)`,
      attributes: [REPLACED],
      values: { ':ids': { SS: [subscription] }, ':id': text(subscription) },
    });
  }

  public async progress(customer: string): Promise<Progress | undefined> {
    const item = await this.getBalance(customer);
    return (
      item && {
        plan: item.plan?.S ?? '',
        revision: Number(item.revision?.N ?? 0),
        lastEntry: item.lastEntry?.S,
        aside: toAside(item),
      }
    );
  }

  public async confirm(customer: string, entry: string): Promise<void> {
    await this.ledger.apply(customer, entry);
  }

  public async settleStanding(customer: string, standing: RevisedStanding): Promise<void> {
    const { revision, graceEndsAt, hasStep } = standing;
    const inOrder = graceEndsAt === undefined ? 'active' : 'grace';
    const set = [
      '#standing = :standing',
      ...(graceEndsAt === undefined ? [] : ['#graceEndsAt = :endsAt']),
      ...(hasStep ? [] : ['#revision = :revision']),
    ];
    let isSuspended = false;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { done, item } = await this.update({
        key: Key.balance(customer),
        update: `SET ${set.join(', ')}${graceEndsAt === undefined ? ' REMOVE #graceEndsAt' : ''}`,
        condition:
          `attribute_exists(#plan) AND #standing ${isSuspended ? '=' : '<>'} :suspended AND ` +
          '(attribute_not_exists(#revision) OR #revision < :revision)',
        attributes: ['plan', 'standing', 'revision', 'graceEndsAt'],
        values: {
          ':suspended': text('suspended'),
          // No payment lifts a suspension; the time of grace is kept for when it is over.
          ':standing': text(isSuspended ? 'suspended' : inOrder),
          ':revision': number(revision),
          ...(graceEndsAt !== undefined && { ':endsAt': number(graceEndsAt) }),
        },
      });
      if (done || item === undefined || isDeleted(item) || Number(item.revision?.N ?? 0) >= revision) {
        return;
      }
      isSuspended = item.standing?.S === 'suspended';
    }
    throw new Error(`the standing of customer ${customer} kept changing under ${MAX_ATTEMPTS} attempts to settle it`);
  }

  public async renew(customer: string, renewal: Renewal): Promise<void> {
    const { plan, period } = renewal;
    const item = await this.getBalance(customer);
    const before = toBalance(item);
    if (before !== undefined && (isNewPeriod(renewal, before) || item?.lastEntry?.S === renewal.id)) {
      await this.enter(customer, renewal, { item });
    }
    if (before?.plan !== plan || before.periodEnd >= period.end) {
      return;
    }
    // Where the authorizer has begun it, by its own reckoning of the end.
    await this.update({
      key: Key.balance(customer),
      update: 'SET #periodEnd = :end',
      condition: '#plan = :plan AND #periodEnd > :start AND #periodEnd < :end AND #periodStart >= :earliest',
      attributes: ['plan', 'periodStart', 'periodEnd'],
      values: {
        ':plan': text(plan),
        ':start': number(period.start),
        ':end': number(period.end),
        ':earliest': number(earliestBeginning(period)),
      },
    });
  }

  public async linkStripeCustomer(customer: string, stripeCustomer: string): Promise<void> {
    const { item } = await this.update({
      key: Key.stripeCustomer(stripeCustomer),
      update: 'SET #customer = :customer',
      condition: 'attribute_not_exists(#customer) AND attribute_not_exists(#deletedAt)',
      attributes: ['customer', 'deletedAt'],
      values: { ':customer': text(customer) },
    });
    if (item?.deletedAt !== undefined) {
      return;
    }
    await this.update({
      key: Key.account(customer),
      update: 'SET #stripeCustomer = :id',
      condition: 'attribute_not_exists(#stripeCustomer)',
      attributes: ['stripeCustomer'],
      values: { ':id': text(stripeCustomer) },
    });
  }

  public async unlinkStripeCustomer(stripeCustomer: string): Promise<boolean> {
    // Kept for a while: what tells of a purchase may come after what tells of the deletion.
    const { item } = await this.update({
      key: Key.stripeCustomer(stripeCustomer),
      update: 'SET #deletedAt = :now, #expiresAt = :expiresAt',
      condition: 'attribute_not_exists(#deletedAt)',
      attributes: ['deletedAt', 'expiresAt'],
      values: { ':now': text(this.isoNow()), ':expiresAt': number(this.clock() + EVENT_LIFETIME) },
    });
    const customer = item?.customer?.S;
    if (customer === undefined) {
      return false;
    }
    await this.update({
      key: Key.account(customer),
      update: 'REMOVE #stripeCustomer',
      condition: '#stripeCustomer = :id',
      attributes: ['stripeCustomer'],
      values: { ':id': text(stripeCustomer) },
    });
    return true;
  }

  private async enter(customer: string, entry: LedgerEntry, known: KnownBalance): Promise<'applied' | 'duplicate'> {
    const outcome = await this.ledger.enter(customer, entry, known);
    if (outcome === 'deleted') {
      throw new CustomerDeletedError(customer);
    }
    if (outcome === 'no_balance') {
      throw new Error(`customer ${customer} has no balance for ${entry.id}`);
    }
    return outcome;
  }

  /** Nothing where he was deleted. */
  private async getBalance(customer: string): Promise<Item | undefined> {
    const item = await this.get(Key.balance(customer));
    return isDeleted(item) ? undefined : item;
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
