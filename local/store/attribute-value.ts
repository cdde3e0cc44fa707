import { compareNumbers } from './decimal';

/** An attribute value as it is on the wire: exactly one member is set, numbers are decimal strings, binary is base64. */
export interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
  readonly B?: string;
  readonly BOOL?: boolean;
  readonly NULL?: boolean;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
  readonly L?: readonly AttributeValue[];
  readonly M?: Item;
}

export type AttributeType = keyof AttributeValue;

/** Items are never changed in place: whoever holds one may keep it. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** A document path, `#keys.#id` or `list[0]`, with its names resolved. */
export type DocumentPath = readonly (string | number)[];

export function typeOf(value: AttributeValue): AttributeType {
  for (const type in value) return type as AttributeType;
  return 'NULL';
}

export function lookUp(path: DocumentPath, item: Item): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const step of path) {
    value = typeof step === 'number' ? value.L?.[step] : member(value.M, step);
    if (value === undefined) return undefined;
  }
  return value;
}

function member(map: Item | undefined, name: string): AttributeValue | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}

/** Deep equality as DynamoDB has it: sets have no order, numbers are compared by value. */
export function areEqual(left: AttributeValue, right: AttributeValue): boolean {
  const type = typeOf(left);
  if (type !== typeOf(right)) return false;
  if (left.N !== undefined && right.N !== undefined) return compareNumbers(left.N, right.N) === 0;
  if (left.NS && right.NS) return areEqualSets(left.NS, right.NS, (a, b) => compareNumbers(a, b) === 0);
  if (left.SS && right.SS) return areEqualSets(left.SS, right.SS, Object.is);
  if (left.BS && right.BS) return areEqualSets(left.BS, right.BS, Object.is);
  if (left.L && right.L) return areEqualLists(left.L, right.L);
  if (left.M && right.M) return areEqualMaps(left.M, right.M);
  return left[type] === right[type];
}

function areEqualSets(left: readonly string[], right: readonly string[], same: (a: string, b: string) => boolean) {
  return left.length === right.length && left.every((a) => right.some((b) => same(a, b)));
}

function areEqualLists(left: readonly AttributeValue[], right: readonly AttributeValue[]): boolean {
  return left.length === right.length && left.every((value, index) => isSame(value, right[index]));
}

function areEqualMaps(left: Item, right: Item): boolean {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => isSame(left[name], lookUp([name], right)));
}

function isSame(left: AttributeValue | undefined, right: AttributeValue | undefined): boolean {
  return left !== undefined && right !== undefined && areEqual(left, right);
}

/** The order of two scalars, or undefined where DynamoDB has none: other types, or two different ones. */
export function compare(left: AttributeValue, right: AttributeValue): number | undefined {
  if (left.N !== undefined && right.N !== undefined) return compareNumbers(left.N, right.N);
  // Strings are ordered by their UTF-8 bytes: JavaScript's own order differs past the basic multilingual plane.
  if (left.S !== undefined && right.S !== undefined) return Buffer.compare(Buffer.from(left.S), Buffer.from(right.S));
  if (left.B !== undefined && right.B !== undefined) return Buffer.compare(bytes(left.B), bytes(right.B));
  return undefined;
}

export function bytes(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}

/** How deep lists and maps are nested in a value; a scalar is at level 0. */
export function nestingOf(value: AttributeValue): number {
  const children = value.L ?? (value.M && Object.values(value.M));
  if (children === undefined) return 0;
  return 1 + children.reduce((deepest, child) => Math.max(deepest, nestingOf(child)), 0);
}
