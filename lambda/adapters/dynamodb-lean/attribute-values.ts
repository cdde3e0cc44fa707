import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from '../dynamodb-items';

/** An attribute value as JSON: binary is base64, numbers are text. */
interface WireValue {
  readonly B?: string;
  readonly BS?: readonly string[];
  readonly M?: WireItem;
  readonly L?: readonly WireValue[];
}

export interface WireItem {
  readonly [name: string]: WireValue;
}

export function toWireItem(item: Readonly<Item>): WireItem {
  return mapValues(item, toWire);
}

export function fromWireItem(item: WireItem): Item {
  return mapValues(item, fromWire);
}

function toWire(value: AttributeValue): WireValue {
  if (value.B !== undefined) {
    return { B: toBase64(value.B) };
  }
  if (value.BS !== undefined) {
    return { BS: value.BS.map(toBase64) };
  }
  if (value.M !== undefined) {
    return { M: toWireItem(value.M) };
  }
  // The other types are the same on both sides.
  return value.L === undefined ? (value as WireValue) : { L: value.L.map(toWire) };
}

function fromWire(value: WireValue): AttributeValue {
  if (value.B !== undefined) {
    return { B: fromBase64(value.B) };
  }
  if (value.BS !== undefined) {
    return { BS: value.BS.map(fromBase64) };
  }
  if (value.M !== undefined) {
    return { M: fromWireItem(value.M) };
  }
  return value.L === undefined ? (value as AttributeValue) : { L: value.L.map(fromWire) };
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64'));
}
