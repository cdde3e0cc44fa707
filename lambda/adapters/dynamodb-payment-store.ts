import { createHash } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Balance } from '../domain/balance';
import type { Clock } from '../domain/clock';
import {
  earliestBeginning,
  type LedgerEntry,
  type PaymentStore,
  type PlanChange,
  type Renewal,
  type SubscriptionLink,
} from '../domain/customers';
import { createCustomer, getItem, putNew } from './dynamodb-customer-store';
import { type Item, Key, number, text, toBalance } from './dynamodb-items';
import type { ConditionalUpdate } from './dynamodb-update';
import { SdkItemUpdates } from './sdk-item-updates';

/** Stripe sends an event for 3 days, and lists it for 30. */
const EVENT_LIFETIME = 40 * 86_400;

/**
 * Seconds that the balance remembers an entry for: longer than any run of the handler that may have read the ledger before the
 * entry was marked applied (Lambda ends it after 15 minutes).
 */
const CREDITED_LIFETIME = 3_600;

/**
 * What payments write. A transaction over ledger and balance would collide with the authorizer's own updates of a busy balance and
 * refuse calls at the very moment of paying; so a credit is three writes, each of which can be repeated: a pending entry, the
 * balance on condition that it does not know the entry yet, and the entry's mark.
 */
export class DynamoDbPaymentStore implements PaymentStore {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly clock: Clock,
  ) {}

  public create(customer: string, opening: Omit<Balance, 'keys'>): Promise<void> {
    return createCustomer(this.client, this.table, customer, opening);
  }

  public async isSeen(eventId: string): Promise<boolean> {
    return (await getItem(this.client, this.table, Key.event(eventId))) !== undefined;
  }

  public async markSeen(eventId: string, type: string): Promise<void> {
    const expiresAt = number(this.clock() + EVENT_LIFETIME);
    await putNew(this.client, this.table, { ...Key.event(eventId), type: text(type), expiresAt });
  }

  public async credit(customer: string, entry: LedgerEntry): Promise<'applied' | 'duplicate'> {
    const key = Key.ledger(customer, entry.id);
    const isNew = await putNew(this.client, this.table, {
      ...key,
      kind: text(entry.kind),
      units: number(entry.units),
      state: text('pending'),
      createdAt: text(this.isoNow()),
    });
    if (!isNew && (await getItem(this.client, this.table, key))?.state?.S === 'applied') {
      return 'duplicate';
    }
    const applied = await this.addUnits(customer, entry);
    await this.update({
      key,
      update: 'SET #state = :applied, #appliedAt = :now',
      condition: '#state = :pending',
      attributes: ['state', 'appliedAt'],
      values: { ':applied': text('applied'), ':pending': text('pending'), ':now': text(this.isoNow()) },
    });
    return applied ? 'applied' : 'duplicate';
  }

  public async adopt(customer: string, link: SubscriptionLink): Promise<{ adopted: boolean; replaced?: string }> {
    const outcome = await this.update({
      key: Key.account(customer),
      update: 'SET #previousSubscription = #subscription, #subscription = :id, #subscriptionCreated = :created',
      condition: 'attribute_exists(#subscription) AND #subscription <> :id AND #subscriptionCreated <= :created',
      attributes: ['previousSubscription', 'subscription', 'subscriptionCreated'],
      values: { ':id': text(link.subscription), ':created': number(link.created) },
    });
    if (!outcome.done && outcome.item?.subscription === undefined) {
      await this.update({
        key: Key.account(customer),
        update: 'SET #subscription = :id, #subscriptionCreated = :created',
        // The watermark outlives a release: a late event of a subscription that has ended does not bring it back.
        condition:
          'attribute_not_exists(#subscription) AND ' +
          '(attribute_not_exists(#subscriptionCreated) OR #subscriptionCreated <= :created)',
        attributes: ['subscription', 'subscriptionCreated'],
        values: { ':id': text(link.subscription), ':created': number(link.created) },
      });
    }
    const account = await getItem(this.client, this.table, Key.account(customer));
    return { adopted: account?.subscription?.S === link.subscription, replaced: account?.previousSubscription?.S };
  }

  public async forgetReplaced(customer: string, subscription: string): Promise<void> {
    await this.update({
      key: Key.account(customer),
      update: 'REMOVE #previousSubscription',
      condition: '#previousSubscription = :id',
      attributes: ['previousSubscription'],
      values: { ':id': text(subscription) },
    });
  }

  public async release(customer: string, subscription: string): Promise<boolean> {
    const outcome = await this.update({
      key: Key.account(customer),
      update: 'REMOVE #subscription',
      condition: '#subscription = :id',
      attributes: ['subscription'],
      values: { ':id': text(subscription) },
    });
    return outcome.done;
  }

  public async changePlan(customer: string, change: PlanChange): Promise<void> {
    await this.beginPeriod(customer, change, {
      condition: '#plan <> :plan',
      isDone: (item) => item?.plan?.S === change.plan,
    });
    await this.notePeriod(customer, 'plan', change);
  }

  public async renew(customer: string, renewal: Renewal): Promise<void> {
    const { start, end } = renewal.period;
    const earliest = earliestBeginning(renewal.period);
    const begun = await this.beginPeriod(customer, renewal, {
      condition: '#plan = :plan AND (#periodEnd <= :start OR #periodStart < :earliest)',
      values: { ':earliest': number(earliest) },
      isDone: (item) =>
        item !== undefined &&
        (item.plan?.S !== renewal.plan ||
          (Number(item.periodEnd?.N) > start && !(Number(item.periodStart?.N) < earliest))),
    });
    if (begun) {
      await this.notePeriod(customer, 'renewal', renewal);
      return;
    }
    await this.update({
      key: Key.balance(customer),
      update: 'SET #periodEnd = :end',
      condition: '#plan = :plan AND #periodEnd > :start AND #periodEnd < :end AND #periodStart >= :earliest',
      attributes: ['plan', 'periodStart', 'periodEnd'],
      values: {
        ':plan': text(renewal.plan),
        ':start': number(start),
        ':end': number(end),
        ':earliest': number(earliest),
      },
    });
  }

  public async beginGrace(customer: string, endsAt: number): Promise<void> {
    await this.update({
      key: Key.balance(customer),
      update: 'SET #standing = :grace, #graceEndsAt = :endsAt',
      condition: '#standing = :active',
      attributes: ['standing', 'graceEndsAt'],
      values: { ':grace': text('grace'), ':active': text('active'), ':endsAt': number(endsAt) },
    });
  }

  public async endGrace(customer: string): Promise<void> {
    await this.update({
      key: Key.balance(customer),
      update: 'SET #standing = :active REMOVE #graceEndsAt',
      condition: '#standing = :grace',
      attributes: ['standing', 'graceEndsAt'],
      values: { ':grace': text('grace'), ':active': text('active') },
    });
  }

  public async linkStripeCustomer(customer: string, stripeCustomer: string): Promise<void> {
    await this.update({
      key: Key.account(customer),
      update: 'SET #stripeCustomer = :id',
      condition: 'attribute_not_exists(#stripeCustomer)',
      attributes: ['stripeCustomer'],
      values: { ':id': text(stripeCustomer) },
    });
  }

  /** Adds an entry's units, unless the balance knows the entry. */
  private async addUnits(customer: string, entry: LedgerEntry): Promise<boolean> {
    const now = this.clock();
    const balance = await getItem(this.client, this.table, Key.balance(customer));
    if (toBalance(balance) === undefined) {
      throw new Error(`customer ${customer} has no balance to credit`);
    }
    const old = Object.entries(balance?.credited?.M ?? {})
      .filter(([, at]) => now - Number(at.N) > CREDITED_LIFETIME)
      .map(([id]) => id);
    const oldNames = Object.fromEntries(old.map((id, index) => [`#old${index}`, id]));
    const prune = old.length === 0 ? '' : ` REMOVE ${old.map((_, index) => `#credited.#old${index}`).join(', ')}`;
    const outcome = await this.update({
      key: Key.balance(customer),
      update: `SET #remaining = #remaining + :units, #credits = #credits + :units, #credited.#entry = :now${prune}`,
      condition: 'attribute_exists(#credited) AND attribute_not_exists(#credited.#entry)',
      attributes: ['remaining', 'credits', 'credited'],
      extraNames: { '#entry': shortId(entry.id), ...oldNames },
      values: { ':units': number(entry.units), ':now': number(now) },
    });
    return outcome.done;
  }

  /**
   * Puts a plan and a period on the balance, with the plan's units beside the bought ones that are left; false where it was done.
   * What is left of the old period's own units goes. Calls go on meanwhile, so neither branch relies on a number that was read
   * before, and a call may move the balance from one branch to the other.
   */
  private async beginPeriod(
    customer: string,
    { plan, units, period }: PlanChange,
    guard: {
      readonly condition: string;
      readonly values?: ConditionalUpdate['values'];
      readonly isDone: (item: Item | undefined) => boolean;
    },
  ): Promise<boolean> {
    const branch = (update: string, condition: string): ConditionalUpdate => ({
      key: Key.balance(customer),
      update: `SET ${update}, #plan = :plan, #periodStart = :start, #periodEnd = :end`,
      condition: `${guard.condition} AND ${condition}`,
      attributes: ['plan', 'remaining', 'credits', 'periodStart', 'periodEnd'],
      values: {
        ':plan': text(plan),
        ':units': number(units),
        ':start': number(period.start),
        ':end': number(period.end),
        ...guard.values,
      },
    });
    const kept = branch('#remaining = #credits + :units', '#remaining >= #credits');
    const split = branch('#credits = #remaining, #remaining = #remaining + :units', '#remaining < #credits');
    for (const write of [kept, split, kept, split]) {
      const outcome = await this.update(write);
      if (outcome.done || guard.isDone(outcome.item)) {
        return outcome.done;
      }
    }
    throw new Error(`the balance of customer ${customer} kept changing under a new period`);
  }

  private async notePeriod(customer: string, kind: string, { cause, plan, units }: PlanChange): Promise<void> {
    await putNew(this.client, this.table, {
      ...Key.ledger(customer, cause),
      kind: text(kind),
      plan: text(plan),
      units: number(units),
      state: text('applied'),
      createdAt: text(this.isoNow()),
    });
  }

  private update(write: ConditionalUpdate) {
    return new SdkItemUpdates(this.client).updateItem(this.table, write);
  }

  private isoNow(): string {
    return new Date(this.clock() * 1000).toISOString();
  }
}

/** The balance must stay small, so an entry is remembered by 72 bits of its id's hash. */
function shortId(entry: string): string {
  return createHash('sha256').update(entry).digest('base64url').slice(0, 12);
}
