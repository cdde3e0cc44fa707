import { TransactionCanceledException, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { Key } from '../../lambda/adapters/dynamodb-items';
import { DynamoDbPaymentStore } from '../../lambda/adapters/dynamodb-payment-store';
import { patientItems } from '../../lambda/adapters/sdk-item-updates';
import { TABLE } from './balances';
import type { Desk, Engine, Payment } from './engine';
import { exact, leased, START } from './paywall';

/** As the function of payments does it: whether the event is new, the ledger and the balance, the event's marker. */
async function inPlainWrites({ client, milliseconds, pause }: Desk, payment: Payment): Promise<void> {
  const clock = () => START + Math.floor(milliseconds() / 1_000);
  const store = new DynamoDbPaymentStore(patientItems(client.sdk, pause), TABLE, clock, pause);
  if (await store.isSeen(payment.event)) {
    return;
  }
  await store.post(payment.customer, payment.entry);
  await store.markSeen(payment.event, 'checkout.session.completed');
}

/** As often as the paywall tries, with the same pauses. */
const ATTEMPTS = 50;
const MAX_PAUSE = 20;

/** What one would write: marker, ledger entry and balance in one transaction, tried again where it meets another write. */
async function inOneTransaction(desk: Desk, payment: Payment): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await transact(desk, payment);
      return;
    } catch (error) {
      const reasons = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
      const [marker] = reasons;
      if (marker?.Code === 'ConditionalCheckFailed') {
        return;
      }
      if (reasons.length === 0 || attempt === ATTEMPTS) {
        throw error;
      }
    }
    await desk.pause(MAX_PAUSE);
  }
}

async function transact({ client }: Desk, { event, customer, entry: { id, kind, units } }: Payment): Promise<void> {
  const isNew = 'attribute_not_exists(pk)';
  const marker = { ...Key.event(event), type: { S: 'checkout.session.completed' } };
  const entry = { ...Key.ledger(customer, id), kind: { S: kind }, units: { N: String(units) } };
  await client.sdk.send(
    new TransactWriteItemsCommand({
      TransactItems: [
        { Put: { TableName: TABLE, Item: marker, ConditionExpression: isNew } },
        { Put: { TableName: TABLE, Item: entry, ConditionExpression: isNew } },
        {
          Update: {
            TableName: TABLE,
            Key: Key.balance(customer),
            UpdateExpression: 'SET remaining = remaining + :units, credits = credits + :units',
            ExpressionAttributeValues: { ':units': { N: String(units) } },
          },
        },
      ],
    }),
  );
}

/** A customer who has bought twice what he has left, so that money that goes back finds bought units that are being spent. */
const bought: Pick<Engine, 'opening' | 'remaining'> = {
  opening: (units) => ({ ...exact.opening(units), credits: { N: String(2 * units) } }),
  remaining: (item) => exact.remaining(item) - Number(item?.owed?.N ?? 0),
};

export const CREDITED_BY_PAYWALL = 'exact calls, plain writes';

/** The same calls, with payments that come in each way, and without any. */
export const CREDITING: readonly Engine[] = [
  { ...exact, ...bought, name: CREDITED_BY_PAYWALL, pay: inPlainWrites },
  { ...exact, ...bought, name: 'exact calls, a transaction', pay: inOneTransaction },
  { ...exact, ...bought, name: 'exact calls, no payment' },
  { ...leased, ...bought, name: 'leased calls, plain writes', pay: inPlainWrites },
  { ...leased, ...bought, name: 'leased calls, a transaction', pay: inOneTransaction },
  { ...leased, ...bought, name: 'leased calls, no payment' },
];
