import { type AttributeValue, areEqual, type DocumentPath, type Item, lookUp, typeOf } from './attribute-value';
import { addNumbers, exponentOf, MAX_SIGNIFICANT_DIGITS, significantDigits, subtractNumbers } from './decimal';
import { validationException } from './errors';
import { isPath, type SetFunction, type SetOperand, type UpdateAction } from './expressions';

/** A value that is being changed: the same shape as an attribute value, and nobody else's. */
interface Draft {
  N?: string;
  SS?: string[];
  NS?: string[];
  BS?: string[];
  L?: (Draft | undefined)[];
  M?: Record<string, Draft>;
}

const INCORRECT_TYPE = 'An operand in the update expression has an incorrect data type';
const INVALID_PATH = 'The document path provided in the update expression is invalid for update';
const NO_SUCH_ATTRIBUTE = 'The provided expression refers to an attribute that does not exist in the item';

/**
 * The item after an update. Every right-hand side sees the item as it was, and every index into a list means the list
 * as it was, whatever the order of the actions: removed elements leave a gap that is closed at the end.
 */
export function applyUpdate(actions: readonly UpdateAction[], item: Item): Item {
  const values = actions.map((action) => (action.type === 'set' ? evaluate(action.val, item) : action.val));
  const root = draftOf({ M: item });
  const lists = new Set<Draft>();
  actions.forEach((action, index) => {
    const parent = parentOf(action.path, root);
    if (parent.L) lists.add(parent);
    change(action, parent, values[index] as AttributeValue | undefined);
  });
  for (const list of lists) list.L = list.L?.filter((element) => element !== undefined);
  return root.M as Item;
}

function evaluate(operand: SetOperand | undefined, item: Item): AttributeValue {
  if (operand === undefined) throw validationException(NO_SUCH_ATTRIBUTE);
  if (isPath(operand)) {
    const value = lookUp(operand, item);
    if (value === undefined) throw validationException(NO_SUCH_ATTRIBUTE);
    return value;
  }
  return isFunction(operand) ? call(operand, item) : operand;
}

function isFunction(operand: SetFunction | AttributeValue): operand is SetFunction {
  return 'type' in operand;
}

function call(operation: SetFunction, item: Item): AttributeValue {
  const [first, second] = operation.args;
  const right = evaluate(second, item);
  // The second operand must have a value even where it is not needed.
  if (operation.name === 'if_not_exists') return (first && isPath(first) && lookUp(first, item)) || right;
  const left = evaluate(first, item);
  if (operation.name === 'list_append') {
    if (!left.L || !right.L) throw validationException(INCORRECT_TYPE);
    return { L: [...left.L, ...right.L] };
  }
  if (left.N === undefined || right.N === undefined) throw validationException(INCORRECT_TYPE);
  return {
    N: checkedNumber(operation.type === 'add' ? addNumbers(left.N, right.N) : subtractNumbers(left.N, right.N)),
  };
}

function checkedNumber(value: string): string {
  const exponent = exponentOf(value);
  if (exponent > 125 || exponent < -130) {
    const [kind, extreme] = exponent > 0 ? ['overflow', 'larger'] : ['underflow', 'smaller'];
    throw validationException(
      `Number ${kind}. Attempting to store a number with magnitude ${extreme} than supported range`,
    );
  }
  if (significantDigits(value) > MAX_SIGNIFICANT_DIGITS) {
    throw validationException(`Attempting to store more than ${MAX_SIGNIFICANT_DIGITS} significant digits in a Number`);
  }
  return value;
}

/** Never `structuredClone`: that keeps what is shared shared, and a change of one attribute would change another. */
function draftOf(value: AttributeValue): Draft {
  if (value.L) return { L: value.L.map(draftOf) };
  if (value.M) return { M: Object.fromEntries(Object.entries(value.M).map(([name, child]) => [name, draftOf(child)])) };
  return { ...value } as Draft;
}

function parentOf(path: DocumentPath, root: Draft): Draft {
  let parent: Draft | undefined = root;
  for (const step of path.slice(0, -1)) parent = parent && childOf(parent, step);
  const last = path[path.length - 1];
  if (parent === undefined || (typeof last === 'number' ? parent.L : parent.M) === undefined) {
    throw validationException(INVALID_PATH);
  }
  return parent;
}

function childOf(parent: Draft, step: string | number | undefined): Draft | undefined {
  if (typeof step === 'number') return parent.L?.[step];
  if (step === undefined || parent.M === undefined || !Object.hasOwn(parent.M, step)) return undefined;
  return parent.M[step];
}

function change(action: UpdateAction, parent: Draft, value: AttributeValue | undefined): void {
  const step = action.path[action.path.length - 1] as string | number;
  const existing = childOf(parent, step) as AttributeValue | undefined;
  const next = valueAfter(action.type, existing, value);
  if (next !== undefined) put(parent, step, next);
  else remove(parent, step);
}

function valueAfter(
  action: UpdateAction['type'],
  existing: AttributeValue | undefined,
  value: AttributeValue | undefined,
): AttributeValue | undefined {
  if (action === 'remove' || value === undefined) return undefined;
  if (action === 'set') return value;
  if (existing === undefined) return action === 'add' ? value : undefined;
  if (typeOf(existing) !== typeOf(value)) throw validationException(INCORRECT_TYPE);
  return action === 'add' ? sum(existing, value) : difference(existing, value);
}

function put(parent: Draft, step: string | number, value: AttributeValue): void {
  if (typeof step === 'number') {
    if (parent.L) parent.L[step] = draftOf(value);
  } else if (parent.M) {
    parent.M[step] = draftOf(value);
  }
}

function remove(parent: Draft, step: string | number): void {
  if (typeof step === 'string') delete parent.M?.[step];
  else if (parent.L && step < parent.L.length) parent.L[step] = undefined;
}

/** What ADD makes of two numbers, or of two sets of one type. */
function sum(existing: AttributeValue, value: AttributeValue): AttributeValue {
  if (existing.N !== undefined && value.N !== undefined) return { N: checkedNumber(addNumbers(existing.N, value.N)) };
  const type = setTypeOf(existing);
  const added = (value[type] ?? []).filter((element) => !has(existing, type, element));
  return { [type]: [...(existing[type] ?? []), ...added] };
}

/** What DELETE leaves of a set: nothing where it was the last element, since no set is empty. */
function difference(existing: AttributeValue, value: AttributeValue): AttributeValue | undefined {
  const type = setTypeOf(existing);
  const rest = (existing[type] ?? []).filter((element) => !has(value, type, element));
  return rest.length === 0 ? undefined : { [type]: rest };
}

function setTypeOf(value: AttributeValue): 'SS' | 'NS' | 'BS' {
  const type = typeOf(value);
  if (type !== 'SS' && type !== 'NS' && type !== 'BS') throw validationException(INCORRECT_TYPE);
  return type;
}

function has(set: AttributeValue, type: 'SS' | 'NS' | 'BS', element: string): boolean {
  const scalar = type.slice(0, 1);
  return (set[type] ?? []).some((other) => areEqual({ [scalar]: other }, { [scalar]: element }));
}
