import type { AttributeValue as SdkValue } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, Item } from '../../local/store/attribute-value';

type SdkItem = Record<string, SdkValue>;

/** The same bytes come with every call. */
const encoded = new WeakMap<Uint8Array, string>();

/** As the SDK writes a value into a request. */
export function toWire(value: SdkValue): AttributeValue {
  if (value.B !== undefined) {
    const known = encoded.get(value.B) ?? Buffer.from(value.B).toString('base64');
    encoded.set(value.B, known);
    return { B: known };
  }
  if (value.M !== undefined) {
    return { M: toWireItem(value.M) };
  }
  return { ...value } as AttributeValue;
}

export function toWireItem(item: SdkItem): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, toWire(value)]));
}

/** As the SDK reads a value from an answer. */
export function fromWireItem(item: Item): SdkItem {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromWire(value)]));
}

function fromWire(value: AttributeValue): SdkValue {
  if (value.B !== undefined) {
    return { B: Buffer.from(value.B, 'base64') };
  }
  if (value.M !== undefined) {
    return { M: fromWireItem(value.M) };
  }
  return value as SdkValue;
}
