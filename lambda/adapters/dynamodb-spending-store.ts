import type { Balance, OpeningBalance } from '../domain/balance';
import {
  type ChargeRequest,
  type Credential,
  type SpendingStore,
  type SpendOutcome,
  StoreBusyError,
} from '../domain/charge';
import type { EpochSeconds } from '../domain/clock';
import type { TokenCustomers } from '../domain/customers';
import { binary, fromOpeningBalance, Key, number, text, toBalance } from './dynamodb-items';
import { NEXT_PERIOD } from './dynamodb-period';
import { heeded, replacement } from './dynamodb-plan-claims';
import { type ConditionalUpdate, type ItemUpdates, isThrottled, type UpdateOutcome } from './dynamodb-update';
import { counted, DynamoDbUsageCounters } from './dynamodb-usage-counters';

/** Balances in DynamoDB, as the authorizer spends them: it only takes away, so no retry or lost answer can mint a unit. */
export class DynamoDbSpendingStore implements SpendingStore, TokenCustomers {
  private readonly usage: DynamoDbUsageCounters;

  constructor(
    private readonly updates: ItemUpdates,
    private readonly table: string,
  ) {
    this.usage = new DynamoDbUsageCounters(updates, table);
  }

  public async spend(request: ChargeRequest, now: EpochSeconds): Promise<SpendOutcome> {
    const plans = request.plans ?? [];
    const credential = conditionOf(request.credential);
    const claim = request.claim && heeded(request.claim);
    const inPlan = plans.length === 0 ? '' : ` AND #plan IN (${plans.map((_, index) => `:plan${index}`).join(', ')})`;
    const spending = {
      key: Key.balance(request.customer),
      update: 'SET #remaining = #remaining - :cost',
      condition:
        `${credential.condition} AND (#standing = :active OR (#standing = :grace AND #graceEndsAt > :now)) ` +
        `AND #periodEnd > :now${request.cost > 0 ? ' AND #remaining >= :cost' : ''}${inPlan}` +
        (claim === undefined ? '' : ` AND ${claim.condition}`),
      attributes: [
        ...credential.attributes,
        ...(claim?.attributes ?? []),
        'remaining',
        'standing',
        'graceEndsAt',
        'periodEnd',
        ...(plans.length === 0 ? [] : ['plan']),
      ],
      extraNames: credential.extraNames,
      values: {
        ...credential.values,
        ...claim?.values,
        ':cost': number(request.cost),
        ':active': text('active'),
        ':grace': text('grace'),
        ':now': number(now),
        ...Object.fromEntries(plans.map((plan, index) => [`:plan${index}`, text(plan)])),
      },
    };
    const counting = this.usage.countingOf(request, now);
    const outcome = await this.write(counted(spending, counting));
    const balance = toBalance(outcome.item);
    if (!outcome.done) {
      return { spent: false, balance, isUncertain: outcome.isUncertain };
    }
    await this.usage.tidy(request.customer, outcome.item, counting, now);
    return balance === undefined ? { spent: false, balance } : { spent: true, balance };
  }

  private async write(update: ConditionalUpdate): Promise<UpdateOutcome> {
    try {
      return await this.updates.updateItem(this.table, update);
    } catch (error) {
      throw isThrottled(error) ? new StoreBusyError(error.message, { cause: error }) : error;
    }
  }

  /** Makes the customer by an update, which is all that its client can do. */
  public async open(customer: string, opening: OpeningBalance): Promise<void> {
    const { update, attributes, values } = openingUpdate(opening);
    const condition = 'attribute_not_exists(#plan)';
    await this.updates.updateItem(this.table, { key: Key.balance(customer), update, condition, attributes, values });
  }

  public async replace(customer: string, read: Balance, next: Balance): Promise<void> {
    await this.write(replacement(customer, read, next));
  }

  public async rollOver(customer: string, ended: EpochSeconds, included: number, next: EpochSeconds): Promise<void> {
    for (const { update, condition, values } of NEXT_PERIOD) {
      const { done, item } = await this.updates.updateItem(this.table, {
        key: Key.balance(customer),
        update: `SET ${update}, #periodStart = :ended, #periodEnd = :next`,
        condition: `#periodEnd = :ended AND ${condition}`,
        attributes: ['remaining', 'credits', 'periodStart', 'periodEnd'],
        values: { ':ended': number(ended), ':units': number(included), ':next': number(next), ...values },
      });
      if (done || Number(item?.periodEnd?.N) !== ended) {
        return;
      }
    }
  }
}

type Part = Pick<ConditionalUpdate, 'condition' | 'attributes' | 'extraNames' | 'values'>;

/** What must hold of a balance for a credential to be the customer's. */
function conditionOf(credential: Credential): Part {
  if (credential === 'token') {
    return { condition: 'attribute_exists(#plan)', attributes: ['plan'], values: {} };
  }
  return {
    condition: '#keys.#keyId = :hash AND (attribute_not_exists(#keyExpiries.#keyId) OR #keyExpiries.#keyId > :now)',
    attributes: ['keys', 'keyExpiries'],
    extraNames: { '#keyId': credential.keyId },
    values: { ':hash': binary(credential.keyHash) },
  };
}

function openingUpdate(opening: OpeningBalance): Pick<ConditionalUpdate, 'update' | 'attributes' | 'values'> {
  const item = { ...fromOpeningBalance(opening), createdAt: text(new Date().toISOString()) };
  const attributes = Object.keys(item);
  return {
    update: `SET ${attributes.map((name) => `#${name} = :${name}`).join(', ')}`,
    attributes,
    values: Object.fromEntries(Object.entries(item).map(([name, value]) => [`:${name}`, value])),
  };
}
