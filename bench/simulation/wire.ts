import type { AttributeValue as SdkValue } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, Item } from '../../local/store/attribute-value';

export type SdkItem = Record<string, SdkValue>;

/** The same few bytes come and go with every call. */
const encoded = new WeakMap<Uint8Array, string>();
const decoded = new Map<string, Uint8Array>();

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
  return mapValues(item, toWire);
}

/** As the SDK reads a value from an answer. */
export function fromWireItem(item: Item): SdkItem {
  return mapValues(item, fromWire);
}

function fromWire(value: AttributeValue): SdkValue {
  if (value.B !== undefined) {
    const known = decoded.get(value.B) ?? Buffer.from(value.B, 'base64');
    decoded.set(value.B, known);
    return { B: known };
  }
  if (value.M !== undefined) {
    return { M: fromWireItem(value.M) };
  }
  return value as SdkValue;
}

function mapValues<From, To>(values: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  const mapped: Record<string, To> = {};
  for (const name in values) {
    mapped[name] = map(values[name] as From);
  }
  return mapped;
}
