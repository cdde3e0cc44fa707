import type { DynamoDBRecord } from 'aws-lambda';
import type { BalanceWritten, SeenBalance } from '../domain/customer-events';
import { type Item, toBalance } from './dynamodb-items';
import { fromWireItem, type WireItem } from './dynamodb-lean/attribute-values';

const PARTITION = 'CUSTOMER#';

/** The write of a balance that a record of the table's stream tells of; nothing where it tells of something else. */
export function toBalanceWritten({ dynamodb = {} }: DynamoDBRecord): BalanceWritten | undefined {
  const { Keys, OldImage, NewImage, SequenceNumber = '', ApproximateCreationDateTime = 0 } = dynamodb;
  const partition = Keys?.pk?.S ?? '';
  const isBalance = partition.startsWith(PARTITION) && Keys?.sk?.S === 'BALANCE';
  if (!isBalance || OldImage === undefined || NewImage === undefined) {
    return undefined;
  }
  return {
    customer: partition.slice(PARTITION.length),
    id: SequenceNumber,
    at: ApproximateCreationDateTime,
    before: seen(OldImage),
    after: seen(NewImage),
  };
}

/** Images are as on the wire, whatever their type says. */
function seen(image: unknown): SeenBalance {
  const item: Item = fromWireItem(image as WireItem);
  return { balance: toBalance(item), lastEntry: item.lastEntry?.S };
}
