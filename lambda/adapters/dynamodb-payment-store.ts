import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { OpeningBalance, Standing } from '../domain/balance';
import type { Clock } from '../domain/clock';
import {
  earliestBeginning,
  type PaymentStore,
  type PlanChange,
  type PlanSwitch,
  type Renewal,
  type SubscriptionLink,
} from '../domain/customers';
import type { Clawback, Grant } from '../domain/ledger';
import { createCustomer, getItem, putNew } from './dynamodb-customer-store';
import { type Item, Key, number, text, toBalance } from './dynamodb-items';
import { DynamoDbLedger, pendingEntry } from './dynamodb-ledger';
import { NEXT_PERIOD, withUnits } from './dynamodb-period';
import type { ConditionalUpdate } from './dynamodb-update';
import { PatientItemUpdates, type Pause } from './sdk-item-updates';

/** Stripe sends an event for 3 days, and lists it for 30. */
const EVENT_LIFETIME = 40 * 86_400;

/** Each attempt that fails is one in which a payment or many calls have got through. */
const MAX_ATTEMPTS = 10;

/** What payments write. */
export class DynamoDbPaymentStore implements PaymentStore {
  private readonly ledger: DynamoDbLedger;
  private readonly updates: PatientItemUpdates;

  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly clock: Clock,
    pause?: Pause,
  ) {
    this.ledger = new DynamoDbLedger(client, table, clock, pause);
    this.updates = new PatientItemUpdates(client, pause);
  }

  public create(customer: string, opening: OpeningBalance): Promise<void> {
    return createCustomer(this.client, this.table, customer, opening);
  }

  public async isSeen(eventId: string): Promise<boolean> {
    return (await getItem(this.client, this.table, Key.event(eventId))) !== undefined;
  }

  public async markSeen(eventId: string, type: string): Promise<void> {
    const expiresAt = number(this.clock() + EVENT_LIFETIME);
    await putNew(this.client, this.table, { ...Key.event(eventId), type: text(type), expiresAt });
  }

  public async post(customer: string, entry: Grant | Clawback): Promise<'applied' | 'duplicate'> {
    await putNew(this.client, this.table, pendingEntry(customer, entry, this.isoNow()));
    const outcome = await this.ledger.apply(customer, entry.id);
    if (outcome === 'no_balance') {
      throw new Error(`customer ${customer} has no balance for ${entry.id}`);
    }
    return outcome;
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

  public async planOf(customer: string): Promise<string | undefined> {
    return (await getItem(this.client, this.table, Key.balance(customer)))?.plan?.S;
  }

  public async switchPlan(customer: string, { cause, from, plan, units }: PlanSwitch): Promise<void> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const balance = toBalance(await getItem(this.client, this.table, Key.balance(customer)));
      if (balance?.plan !== from) {
        return;
      }
      for (const branch of withUnits(units, balance.credits)) {
        const usesUnits = branch.update.includes(':units');
        const { done } = await this.update({
          key: Key.balance(customer),
          update: `SET ${branch.update}, #plan = :plan`,
          condition: `#plan = :from AND #credits = :credits AND ${branch.condition}`,
          attributes: ['plan', 'remaining', 'credits'],
          values: {
            ':plan': text(plan),
            ':from': text(from),
            ':credits': number(balance.credits),
            ...(usesUnits && { ':units': number(units) }),
            ...branch.values,
          },
        });
        if (done) {
          return this.notePeriod(customer, 'plan', { cause, plan, units });
        }
      }
    }
    throw new Error(`the balance of customer ${customer} kept changing under a change of plan`);
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
    const ends = { ':endsAt': number(endsAt) };
    await this.changeStanding(customer, 'grace', [
      {
        update: 'SET #standing = :grace, #graceEndsAt = :endsAt',
        condition: '#standing = :active',
        values: { ':grace': text('grace'), ':active': text('active'), ...ends },
      },
      {
        update: 'SET #graceEndsAt = :endsAt',
        condition: '#standing = :suspended AND attribute_not_exists(#graceEndsAt)',
        values: { ':suspended': text('suspended'), ...ends },
      },
    ]);
  }

  public async endGrace(customer: string): Promise<void> {
    await this.changeStanding(customer, 'active', [
      {
        update: 'SET #standing = :active REMOVE #graceEndsAt',
        condition: '#standing = :grace',
        values: { ':grace': text('grace'), ':active': text('active') },
      },
      {
        update: 'REMOVE #graceEndsAt',
        condition: '#standing = :suspended AND attribute_exists(#graceEndsAt)',
        values: { ':suspended': text('suspended') },
      },
    ]);
  }

  public async linkStripeCustomer(customer: string, stripeCustomer: string): Promise<void> {
    await this.update({
      key: Key.account(customer),
      update: 'SET #stripeCustomer = :id',
      condition: 'attribute_not_exists(#stripeCustomer)',
      attributes: ['stripeCustomer'],
      values: { ':id': text(stripeCustomer) },
    });
    await putNew(this.client, this.table, { ...Key.stripeCustomer(stripeCustomer), customer: text(customer) });
  }

  public async customerOf(stripeCustomer: string): Promise<string | undefined> {
    return (await getItem(this.client, this.table, Key.stripeCustomer(stripeCustomer)))?.customer?.S;
  }

  public async unlinkStripeCustomer(customer: string, stripeCustomer: string): Promise<void> {
    await this.update({
      key: Key.account(customer),
      update: 'REMOVE #stripeCustomer',
      condition: '#stripeCustomer = :id',
      attributes: ['stripeCustomer'],
      values: { ':id': text(stripeCustomer) },
    });
  }

  /** Takes the branch that holds; each is tried twice, for an operator may suspend or resume between the two. */
  private async changeStanding(
    customer: string,
    wanted: Standing,
    branches: readonly Pick<ConditionalUpdate, 'update' | 'condition' | 'values'>[],
  ): Promise<void> {
    for (const branch of [...branches, ...branches]) {
      const attributes = ['standing', 'graceEndsAt'];
      const { done, item } = await this.update({ key: Key.balance(customer), attributes, ...branch });
      if (done || item?.standing?.S === wanted) {
        return;
      }
    }
  }

  /**
   * Puts a plan and a period on the balance, with the plan's units beside the bought ones that are left; false where it was done.
   * What is left of the old period's own units goes.
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
    // Twice: a payment may move the balance to a branch that was tried before.
    for (const branch of [...NEXT_PERIOD, ...NEXT_PERIOD]) {
      const outcome = await this.update({
        key: Key.balance(customer),
        update: `SET ${branch.update}, #plan = :plan, #periodStart = :start, #periodEnd = :end`,
        condition: `${guard.condition} AND ${branch.condition}`,
        attributes: ['plan', 'remaining', 'credits', 'periodStart', 'periodEnd'],
        values: {
          ':plan': text(plan),
          ':units': number(units),
          ':start': number(period.start),
          ':end': number(period.end),
          ...branch.values,
          ...guard.values,
        },
      });
      if (outcome.done || guard.isDone(outcome.item)) {
        return outcome.done;
      }
    }
    throw new Error(`the balance of customer ${customer} kept changing under a new period`);
  }

  private async notePeriod(
    customer: string,
    kind: string,
    { cause, plan, units }: Pick<PlanChange, 'cause' | 'plan' | 'units'>,
  ): Promise<void> {
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
    return this.updates.updateItem(this.table, write);
  }

  private isoNow(): string {
    return new Date(this.clock() * 1000).toISOString();
  }
}
