import {
  type CancellationReason,
  type DynamoDBClient,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../domain/clock';
import type { LedgerEntry } from '../domain/ledger';
import type { NotedCall, SettledCall, SettlementStore } from '../domain/settlement';
import { pendingEntry } from './dynamodb-entries';
import { type Item, Key, names, number, text } from './dynamodb-items';
import { DynamoDbLedger } from './dynamodb-ledger';
import { patientItems } from './sdk-item-updates';

/** Longer than a report is accepted for, and than anything delivers a line of the access log again. In seconds. */
const CHARGE_LIFETIME = 7 * 86_400;

/**
 * Settled calls in DynamoDB. The entry and the calls are cold items that nobody else writes, so a transaction over them collides with
 * nothing but another run over the same calls; the busy balance is no part of it.
 */
export class DynamoDbSettlementStore implements SettlementStore {
  private readonly ledger: DynamoDbLedger;

  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly clock: Clock,
  ) {
    this.ledger = new DynamoDbLedger(patientItems(client), table, clock);
  }

  public async note(
    customer: string,
    entry: LedgerEntry,
    calls: readonly NotedCall[],
  ): Promise<ReadonlyMap<string, SettledCall> | undefined> {
    const now = this.clock();
    const Item = pendingEntry(customer, entry, new Date(now * 1000).toISOString());
    const writes = calls.map((call) => this.noteCall(customer, call, now + CHARGE_LIFETIME));
    try {
      await this.client.send(
        new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: this.table, Item } }, ...writes] }),
      );
      return undefined;
    } catch (error) {
      if (error instanceof TransactionCanceledException) {
        return metCalls(error, calls);
      }
      throw error;
    }
  }

  public async apply(customer: string, entry: string): Promise<void> {
    await this.ledger.apply(customer, entry);
  }

  private noteCall(customer: string, { chargeId, before, after }: NotedCall, expiresAt: number): TransactWriteItem {
    return {
      Put: {
        TableName: this.table,
        Item: {
          ...Key.charge(chargeId),
          customer: text(customer),
          kind: text(after.kind),
          units: number(after.units),
          entry: text(after.entry),
          expiresAt: number(expiresAt),
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        ...(before === undefined
          ? { ConditionExpression: 'attribute_not_exists(pk)' }
          : {
              ConditionExpression: '#entry = :before',
              ExpressionAttributeNames: names('entry'),
              ExpressionAttributeValues: { ':before': text(before.entry) },
            }),
      },
    };
  }
}

/** How the calls stand that stood in the way. A collision with another run over the same calls is none: they are tried again. */
function metCalls(error: TransactionCanceledException, calls: readonly NotedCall[]): ReadonlyMap<string, SettledCall> {
  const [ofEntry, ...ofCalls] = error.CancellationReasons ?? [];
  if (isFault(ofEntry) || ofCalls.some(isFault)) {
    throw error;
  }
  return new Map(
    calls.flatMap(({ chargeId }, index) => {
      const item = ofCalls[index]?.Item;
      return item === undefined ? [] : [[chargeId, toSettledCall(item)] as const];
    }),
  );
}

function isFault(reason: CancellationReason | undefined): boolean {
  return !['None', 'ConditionalCheckFailed', 'TransactionConflict'].includes(reason?.Code ?? '');
}

function toSettledCall(item: Item): SettledCall {
  return {
    kind: item.kind?.S as SettledCall['kind'],
    units: Number(item.units?.N),
    entry: item.entry?.S ?? '',
  };
}
