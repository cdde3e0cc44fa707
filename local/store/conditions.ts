import { type AttributeValue, areEqual, bytes, compare, type Item, lookUp, typeOf } from './attribute-value';
import { type Comparator, type Condition, isPath, type Operand } from './expressions';

/**
 * Whether an item meets a condition. An attribute that the item lacks is no value at all: every comparison with it is
 * false, but for `<>`.
 */
export function isMet(condition: Condition, item: Item): boolean {
  switch (condition.type) {
    case 'and':
      return condition.args.every((part) => isMet(part, item));
    case 'or':
      return condition.args.some((part) => isMet(part, item));
    case 'not':
      return condition.args.every((part) => !isMet(part, item));
    case 'function':
      return call(condition.name, resolveAll(condition.args, item));
    case 'between': {
      const [value, lower, upper] = resolveAll(condition.args, item);
      return holds('>=', value, lower) && holds('<=', value, upper);
    }
    case 'in': {
      const [value, ...candidates] = resolveAll(condition.args, item);
      return candidates.some((candidate) => holds('=', value, candidate));
    }
    default: {
      const [left, right] = resolveAll(condition.args, item);
      return holds(condition.type, left, right);
    }
  }
}

/** What is wrong with a condition whatever the item; the parser leaves these two checks out. */
export function faultOf(condition: Condition): string | undefined {
  if (condition.type === 'and' || condition.type === 'or' || condition.type === 'not') {
    return condition.args.map(faultOf).find((fault) => fault !== undefined);
  }
  if (condition.type === 'function' || condition.type === '=' || condition.type === '<>') return undefined;
  const operator = condition.type.toUpperCase();
  const [first, ...rest] = condition.args;
  if ((operator === 'BETWEEN' || operator === 'IN') && rest.some((operand) => isSamePath(first, operand))) {
    return `The first operand must be distinct from the remaining operands for this operator; operator: ${operator}`;
  }
  const unordered = operator === 'IN' ? undefined : condition.args.find(isUnordered);
  return unordered && `Incorrect operand type for operator or function; operator or function: ${operator}`;
}

function isSamePath(left: Operand | undefined, right: Operand): boolean {
  return left !== undefined && isPath(left) && isPath(right) && left.join('\n') === right.join('\n');
}

/** Only numbers, strings and binary have an order. */
function isUnordered(operand: Operand): boolean {
  return !isPath(operand) && !('type' in operand) && compare(operand, operand) === undefined;
}

function resolveAll(operands: readonly Operand[], item: Item): (AttributeValue | undefined)[] {
  return operands.map((operand) => {
    if (isPath(operand)) return lookUp(operand, item);
    if (!('type' in operand)) return operand;
    const [value] = resolveAll(operand.args, item);
    const size = value && sizeOf(value);
    return size === undefined ? undefined : { N: String(size) };
  });
}

export function holds(comparator: Comparator, left?: AttributeValue, right?: AttributeValue): boolean {
  if (left === undefined || right === undefined) return comparator === '<>';
  if (comparator === '=') return areEqual(left, right);
  if (comparator === '<>') return !areEqual(left, right);
  const order = compare(left, right);
  if (order === undefined) return false;
  switch (comparator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

function call(name: string, [value, argument]: (AttributeValue | undefined)[]): boolean {
  if (name === 'attribute_exists') return value !== undefined;
  if (name === 'attribute_not_exists') return value === undefined;
  if (value === undefined || argument === undefined) return false;
  if (name === 'attribute_type') return typeOf(value) === argument.S;
  return name === 'begins_with' ? beginsWith(value, argument) : contains(value, argument);
}

export function beginsWith(value: AttributeValue, prefix: AttributeValue): boolean {
  if (value.S !== undefined && prefix.S !== undefined) return value.S.startsWith(prefix.S);
  if (value.B !== undefined && prefix.B !== undefined) {
    const start = bytes(prefix.B);
    return bytes(value.B).subarray(0, start.length).equals(start);
  }
  return false;
}

function contains(value: AttributeValue, element: AttributeValue): boolean {
  if (value.S !== undefined) return element.S !== undefined && value.S.includes(element.S);
  if (value.B !== undefined) return element.B !== undefined && bytes(value.B).includes(bytes(element.B));
  return elementsOf(value).some((candidate) => areEqual(candidate, element));
}

function elementsOf(value: AttributeValue): readonly AttributeValue[] {
  if (value.L) return value.L;
  if (value.SS) return value.SS.map((S) => ({ S }));
  if (value.NS) return value.NS.map((N) => ({ N }));
  return (value.BS ?? []).map((B) => ({ B }));
}

/** `size()` of a value; numbers, booleans and null have none. */
function sizeOf(value: AttributeValue): number | undefined {
  if (value.S !== undefined) return value.S.length;
  if (value.B !== undefined) return bytes(value.B).length;
  if (value.M) return Object.keys(value.M).length;
  return (value.SS ?? value.NS ?? value.BS ?? value.L)?.length;
}
