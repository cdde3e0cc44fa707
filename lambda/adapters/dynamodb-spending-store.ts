import { type ChargeRequest, type SpendingStore, type SpendOutcome, StoreBusyError } from '../domain/charge';
import type { EpochSeconds } from '../domain/clock';
import { binary, Key, number, text, toBalance } from './dynamodb-items';
import { NEXT_PERIOD } from './dynamodb-period';
import { type ConditionalUpdate, type ItemUpdates, isThrottled, type UpdateOutcome } from './dynamodb-update';

/** Balances in DynamoDB, as the authorizer spends them: it only takes away, so no retry or lost answer can mint a unit. */
export class DynamoDbSpendingStore implements SpendingStore {
  constructor(
    private readonly updates: ItemUpdates,
    private readonly table: string,
  ) {}

  public async spend(request: ChargeRequest, now: EpochSeconds): Promise<SpendOutcome> {
    const plans = request.plans ?? [];
    const inPlan = plans.length === 0 ? '' : ` AND #plan IN (${plans.map((_, index) => `:plan${index}`).join(', ')})`;
    const outcome = await this.write({
      key: Key.balance(request.customer),
      update: 'SET #remaining = #remaining - :cost',
      condition:
        '#keys.#keyId = :hash AND (#standing = :active OR (#standing = :grace AND #graceEndsAt > :now)) ' +
        `AND #periodEnd > :now${request.cost > 0 ? ' AND #remaining >= :cost' : ''}${inPlan}`,
      attributes: [
        'remaining',
        'keys',
        'standing',
        'graceEndsAt',
        'periodEnd',
        ...(plans.length === 0 ? [] : ['plan']),
      ],
      extraNames: { '#keyId': request.keyId },
      values: {
        ':cost': number(request.cost),
        ':hash': binary(request.keyHash),
        ':active': text('active'),
        ':grace': text('grace'),
        ':now': number(now),
        ...Object.fromEntries(plans.map((plan, index) => [`:plan${index}`, text(plan)])),
      },
    });
    const balance = toBalance(outcome.item);
    return outcome.done && balance !== undefined ? { spent: true, balance } : { spent: false, balance };
  }

  private async write(update: ConditionalUpdate): Promise<UpdateOutcome> {
    try {
      return await this.updates.updateItem(this.table, update);
    } catch (error) {
      throw isThrottled(error) ? new StoreBusyError(error.message, { cause: error }) : error;
    }
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
