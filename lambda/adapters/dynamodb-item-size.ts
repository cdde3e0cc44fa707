import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from './dynamodb-items';

/** What DynamoDB counts for a map beside what is in it, and for each value in it. */
const MAP = { itself: 3, value: 1 };

/** Bytes of an item as DynamoDB counts them for capacity; of texts in ASCII, as names, ids and times are. */
export function sizeOf(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + name.length + sizeOfValue(value), 0);
}

function sizeOfValue({ S, N, B, M, SS }: AttributeValue): number {
  if (N !== undefined) {
    return sizeOfNumber(N);
  }
  if (M !== undefined) {
    return MAP.itself + sizeOf(M) + MAP.value * Object.keys(M).length;
  }
  return S?.length ?? B?.length ?? SS?.reduce((sum, text) => sum + text.length, 0) ?? 1;
}

/** A byte for two digits, and one more: zeros at either end cost nothing, and a sign another byte. */
function sizeOfNumber(number: string): number {
  const digits = number.replace(/^-?0*|\.|0+$/g, '').length;
  return 1 + Math.ceil(digits / 2) + (number.startsWith('-') ? 1 : 0);
}
