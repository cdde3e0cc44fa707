// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax
import { evaluate, resolve, type Scope, Unresolvable } from '../../../local/template/intrinsics';

const scope: Scope = {
  region: 'us-east-1',
  ref: (name) => (name === 'AWS::NoValue' ? undefined : name === 'List' ? ['x', 'y'] : `ref:${name}`),
  attribute: (logicalId, attribute) => `${logicalId}/${attribute}`,
  condition: (name) => name === 'Yes',
  mapped: (map, first, second) => (map === 'Map' ? { a: { b: 'found' } }[first]?.[second as 'b'] : undefined),
  exported: (name) => `export:${name}`,
  stackOutput: (stack, output) => `${stack}:${output}`,
};

test.each([
  ['plain values', { a: [1, true, null, 'x'] }, { a: [1, true, null, 'x'] }],
  ['Ref', { Ref: 'Table' }, 'ref:Table'],
  ['AWS::NoValue in an object', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
  ['AWS::NoValue in a list', [1, { Ref: 'AWS::NoValue' }], [1]],
  ['a property that is called Ref', { Ref: 'Table', Other: 1 }, { Ref: 'Table', Other: 1 }],
  ['Fn::GetAtt', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'Table/Arn'],
  ['Fn::GetAtt in one string', { 'Fn::GetAtt': 'Nested.Outputs.Name' }, 'Nested/Outputs.Name'],
  ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'B' }, 3]] }, 'a-ref:B-3'],
  ['Fn::Join of a list parameter', { 'Fn::Join': [',', { Ref: 'List' }] }, 'x,y'],
  ['Fn::Sub', { 'Fn::Sub': '${A}/${B.Arn}/${AWS::Region}/${!kept}' }, 'ref:A/B/Arn/ref:AWS::Region/${kept}'],
  ['Fn::Sub with variables', { 'Fn::Sub': ['${own}-${A}', { own: { Ref: 'C' } }] }, 'ref:C-ref:A'],
  ['Fn::Select', { 'Fn::Select': ['1', { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
  ['Fn::Split', { 'Fn::Split': [':', { Ref: 'A' }] }, ['ref', 'A']],
  ['Fn::If, true', { 'Fn::If': ['Yes', { Ref: 'A' }, 'no'] }, 'ref:A'],
  ['Fn::If, false, its other side being unknown', { 'Fn::If': ['No', { 'Fn::Nonsense': 1 }, 'no'] }, 'no'],
  ['Fn::FindInMap', { 'Fn::FindInMap': ['Map', 'a', 'b'] }, 'found'],
  ['Fn::FindInMap with a default', { 'Fn::FindInMap': ['Map', 'z', 'b', { DefaultValue: 'none' }] }, 'none'],
  ['Fn::Base64', { 'Fn::Base64': 'hello' }, 'aGVsbG8='],
  ['Fn::ImportValue', { 'Fn::ImportValue': { 'Fn::Sub': '${A}-x' } }, 'export:ref:A-x'],
  ['Fn::GetStackOutput', { 'Fn::GetStackOutput': { StackName: 'S', OutputName: 'O' } }, 'S:O'],
  ['Fn::GetAZs', { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }, 'us-east-1a'],
  ['Fn::ToJsonString', { 'Fn::ToJsonString': { a: { Ref: 'A' } } }, '{"a":"ref:A"}'],
  ['Fn::Length', { 'Fn::Length': { Ref: 'List' } }, 2],
])('%s', (_name, value, expected) => {
  expect(resolve(value, scope)).toEqual(expected);
});

test.each([
  [
    'an intrinsic function that is not known',
    { 'Fn::Transform': {} },
    'the intrinsic function Fn::Transform is not known',
  ],
  ['a key that a mapping lacks', { 'Fn::FindInMap': ['Map', 'a', 'c'] }, 'the mapping Map has no value for a, c'],
  ['an item that a list lacks', { 'Fn::Select': [5, ['a']] }, 'Fn::Select finds no item 5'],
  ['an object in the middle of a text', { 'Fn::Join': ['', ['a', { b: 1 }]] }, 'Fn::Join has no text to work on'],
])('%s is said in words', (_name, value, message) => {
  expect(() => resolve(value, scope)).toThrow(Unresolvable);
  expect(() => resolve(value, scope)).toThrow(message);
});

test.each([
  ['equal', { 'Fn::Equals': [{ Ref: 'A' }, 'ref:A'] }, true],
  ['not equal', { 'Fn::Equals': ['a', 'b'] }, false],
  ['a boolean and its text', { 'Fn::Equals': [true, 'true'] }, true],
  ['another condition', { Condition: 'Yes' }, true],
  ['not', { 'Fn::Not': [{ Condition: 'Yes' }] }, false],
  ['and', { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] }, false],
  ['or', { 'Fn::Or': [{ Condition: 'No' }, { Condition: 'Yes' }] }, true],
])('the condition: %s', (_name, expression, expected) => {
  expect(evaluate(expression, scope)).toBe(expected);
});
