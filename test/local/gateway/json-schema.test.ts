import { faultsOf } from '../../../local/gateway/json-schema';

function faults(schema: unknown, value: unknown, others: Record<string, unknown> = {}): string[] {
  return faultsOf({ schema, others }, value);
}

test.each([
  [{ required: ['b', 'a'] }, {}, 'object has missing required properties (["a","b"])'],
  [{ type: 'string' }, 1, 'instance type (integer) does not match any allowed primitive type (allowed: ["string"])'],
  [
    { type: ['string', 'null'] },
    [],
    'instance type (array) does not match any allowed primitive type (allowed: ["string","null"])',
  ],
  [{ minimum: 1 }, 0.5, 'numeric instance is lower than the required minimum (minimum: 1, found: 0.5)'],
  [{ enum: ['a'] }, 'b', 'instance value ("b") not found in enum (possible values: ["a"])'],
  [{ pattern: '^a' }, 'b', 'ECMA 262 regex "^a" does not match input string "b"'],
  [{ minLength: 2 }, '😀', 'string "😀" is too short (length: 1, required minimum: 2)'],
  [{ maxLength: 1 }, 'ab', 'string "ab" is too long (length: 2, maximum allowed: 1)'],
  [
    { additionalProperties: false, properties: { a: {} } },
    { a: 1, c: 1, b: 1 },
    'object instance has properties which are not allowed by the schema: ["b","c"]',
  ],
])('against %j, what is wrong with %j is told as API Gateway does', (schema, value, fault) => {
  expect(faults(schema, value)).toEqual([fault]);
});

test('an exclusive bound is a flag in draft 4', () => {
  expect(faults({ minimum: 1, exclusiveMinimum: true }, 1)).toHaveLength(1);
  expect(faults({ minimum: 1, exclusiveMinimum: true }, 1.1)).toEqual([]);
  expect(faults({ maximum: 1, exclusiveMaximum: false }, 1)).toEqual([]);
  expect(faults({ properties: { a: { items: { maximum: 1, exclusiveMaximum: true } } } }, { a: [1] })).toHaveLength(1);
});

test('what later drafts have brought is not checked', () => {
  const $schema = 'http://json-schema.org/draft-04/schema#';
  expect(
    faults({ $schema, id: 'x', const: 1, contains: { type: 'string' }, propertyNames: { maxLength: 1 } }, { long: 1 }),
  ).toEqual([]);
});

test('members that are named like keywords are members', () => {
  const schema = {
    properties: { const: { type: 'string' }, id: { type: 'integer' } },
    dependencies: { id: ['const'] },
  };
  expect(faults(schema, { id: 1, const: 'x' })).toEqual([]);
  expect(faults(schema, { id: 1 })).toHaveLength(1);
  expect(faults(schema, { id: 'x', const: 'x' })).toHaveLength(1);
});

test('a model may refer to another of its API', () => {
  const url = 'https://apigateway.amazonaws.com/restapis/api1/models/City';
  const schema = { properties: { city: { $ref: url } } };
  expect(faults(schema, { city: 7 }, { [url]: { type: 'string' } })).toHaveLength(1);
  expect(faults(schema, { city: 'Oz' }, { [url]: { type: 'string' } })).toEqual([]);
});

test('a schema that is none is a matter of configuration', () => {
  expect(() => faults({ $ref: 'https://nowhere/' }, {})).toThrow('the model is no schema');
});
