import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';

/** A request's expression, with the values that it names. */
export interface Expression {
  readonly text: string;
  readonly values: Record<string, AttributeValue>;
}

const number = fc
  .oneof(fc.integer({ min: -3, max: 12 }), fc.constantFrom(0.5, 2.25, -0.75))
  .map((value): AttributeValue => ({ N: String(value) }));
const string = fc.constantFrom('', 'a', 'ab', 'b', 'é', '\u{1f600}', '\uffee').map((S): AttributeValue => ({ S }));
const binary = fc.uint8Array({ maxLength: 2 }).map((B): AttributeValue => ({ B }));
const set = fc.oneof(
  fc.uniqueArray(fc.constantFrom('a', 'ab', 'b'), { minLength: 1 }).map((SS): AttributeValue => ({ SS })),
  fc.uniqueArray(fc.integer({ min: 0, max: 3 }).map(String), { minLength: 1 }).map((NS): AttributeValue => ({ NS })),
);
const scalar = fc.oneof(
  { weight: 4, arbitrary: number },
  { weight: 3, arbitrary: string },
  { weight: 1, arbitrary: binary },
  { weight: 1, arbitrary: fc.boolean().map((BOOL): AttributeValue => ({ BOOL })) },
  { weight: 1, arbitrary: fc.constant<AttributeValue>({ NULL: true }) },
);
const list = fc.array(scalar, { maxLength: 4 }).map((L): AttributeValue => ({ L }));
const map = fc
  .dictionary(fc.constantFrom('x', 'y'), fc.oneof(scalar, list))
  .map((M): AttributeValue => ({ M: { ...M } }));
const value = fc.oneof({ weight: 4, arbitrary: scalar }, set, list, map);

/** Attributes that the expressions below refer to; each may be missing, and have any type. */
export const attributes = fc
  .record({ aa: value, bb: scalar, cc: number, ll: list, mm: map, ss: set }, { requiredKeys: [] })
  .map((item): Record<string, AttributeValue> => ({ ...item }));

const path = fc.constantFrom('aa', 'bb', 'cc', 'll', 'ss', 'mm', 'mm.x', 'mm.y', 'mm.y[1]', 'll[0]', 'll[1]', 'll[7]');
const literal = value.map((one): Expression => ({ text: '', values: { ':v': one } }));
const pathOperand = path.map((text): Expression => ({ text, values: {} }));
const sizeOperand = path.map((text): Expression => ({ text: `size(${text})`, values: {} }));
const operand = fc.oneof({ weight: 3, arbitrary: pathOperand }, { weight: 2, arbitrary: literal }, sizeOperand);

/** Puts parts together, each with value names of its own. */
function join(parts: readonly Expression[], format: (...texts: string[]) => string): Expression {
  const values: Record<string, AttributeValue> = {};
  const texts = parts.map(({ text, values: own }, index) => {
    const names = Object.keys(own).map((name) => [name, `${name}${'abcdef'[index]}`] as const);
    for (const [name, renamed] of names) values[renamed] = own[name] as AttributeValue;
    if (text === '') return names[0]?.[1] ?? '';
    return text.replace(/:\w+/g, (name) => Object.fromEntries(names)[name] ?? name);
  });
  return { text: format(...texts), values };
}

const comparison = fc
  .tuple(operand, fc.constantFrom('=', '<>', '<', '<=', '>', '>='), operand)
  .map(([left, comparator, right]) => join([left, right], (a, b) => `${a} ${comparator} ${b}`));
const call = fc
  .tuple(path, fc.constantFrom('begins_with', 'contains'), fc.oneof(pathOperand, literal))
  .map(([one, name, other]) => join([other], (b) => `${name}(${one}, ${b})`));
const existence = fc
  .tuple(fc.constantFrom('attribute_exists', 'attribute_not_exists'), path)
  .map(([name, one]): Expression => ({ text: `${name}(${one})`, values: {} }));
const typeTest = fc
  .tuple(path, fc.constantFrom('S', 'N', 'L', 'M', 'SS', 'BOOL', 'NULL', 'B'))
  .map(([one, S]): Expression => ({ text: `attribute_type(${one}, :t)`, values: { ':t': { S } } }));
const membership = fc.tuple(operand, operand, operand).map((parts) => join(parts, (a, b, c) => `${a} IN (${b}, ${c})`));
const between = fc
  .tuple(pathOperand, operand, operand)
  .map((parts) => join(parts, (a, b, c) => `${a} BETWEEN ${b} AND ${c}`));

const leaf = fc.oneof({ weight: 4, arbitrary: comparison }, call, existence, typeTest, membership, between);

export const condition: fc.Arbitrary<Expression> = fc.oneof(
  { weight: 3, arbitrary: leaf },
  leaf.map((one) => join([one], (a) => `NOT ${a}`)),
  fc
    .tuple(leaf, fc.constantFrom('AND', 'OR'), leaf)
    .map(([left, word, right]) => join([left, right], (a, b) => `${a} ${word} (${b})`)),
);

const setValue = fc.oneof(
  { weight: 2, arbitrary: fc.oneof(pathOperand, literal) },
  fc
    .tuple(fc.oneof(pathOperand, literal), fc.constantFrom('+', '-'), fc.oneof(pathOperand, literal))
    .map(([left, sign, right]) => join([left, right], (a, b) => `${a} ${sign} ${b}`)),
  fc
    .tuple(path, fc.oneof(pathOperand, literal))
    // DynamoDB refuses the same path twice, which nobody writes.
    .filter(([one, other]) => one !== other.text)
    .map(([one, other]) => join([other], (b) => `if_not_exists(${one}, ${b})`)),
  fc
    .tuple(fc.oneof(pathOperand, literal), fc.oneof(pathOperand, literal))
    .map((parts) => join(parts, (a, b) => `list_append(${a}, ${b})`)),
);

/** What an update does to one path. */
const action = fc.oneof(
  { weight: 4, arbitrary: setValue.map((one) => ({ word: 'SET', operand: one })) },
  { weight: 2, arbitrary: fc.constant({ word: 'REMOVE', operand: undefined }) },
  { weight: 2, arbitrary: fc.oneof(number, set).map((one) => ({ word: 'ADD', operand: literalOf(one) })) },
  { weight: 1, arbitrary: set.map((one) => ({ word: 'DELETE', operand: literalOf(one) })) },
);

const PATHS = [
  'aa',
  'bb',
  'cc',
  'll',
  'ss',
  'mm',
  'mm.x',
  'mm.y',
  'mm.y[1]',
  'mm.z',
  'll[0]',
  'll[1]',
  'll[2]',
  'll[7]',
];

/** An update of several paths, none of which is a part of another: that is refused before the item is looked at. */
export const update: fc.Arbitrary<Expression> = fc
  .tuple(fc.shuffledSubarray(PATHS, { minLength: 1, maxLength: 5 }), fc.array(action, { minLength: 5, maxLength: 5 }))
  .map(([paths, actions]) => {
    const distinct = paths.filter((one, index) => !paths.slice(0, index).some((other) => overlap(one, other)));
    const parts = distinct.map((one, index) => partOf(one, actions[index]?.word, actions[index]?.operand));
    return join(
      parts.map(({ expression }) => expression),
      (...texts) => sectionsOf(texts.map((text, index) => ({ text, word: parts[index]?.word ?? '' }))),
    );
  });

function literalOf(one: AttributeValue): Expression {
  return { text: '', values: { ':v': one } };
}

function overlap(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return long === short || ['.', '['].includes(long.startsWith(short) ? long.charAt(short.length) : '');
}

function partOf(one: string, word = 'REMOVE', operand?: Expression) {
  if (!operand) return { word, expression: { text: one, values: {} } };
  const separator = word === 'SET' ? ' = ' : ' ';
  return { word, expression: join([operand], (text) => `${one}${separator}${text}`) };
}

function sectionsOf(parts: readonly { word: string; text: string }[]): string {
  return [...new Set(parts.map(({ word }) => word))]
    .map(
      (word) =>
        `${word} ${parts
          .filter((part) => part.word === word)
          .map(({ text }) => text)
          .join(', ')}`,
    )
    .join(' ');
}
