import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import fc from 'fast-check';
import { inline } from '../../../lib/private/openapi/markdown';
import { jsonTemplate, textTemplate } from '../../../lib/private/openapi/templates';
import { examples } from '../../support/examples';
import { noise } from '../../support/noise';
import { deployed, rendered } from '../../support/velocity';

/** Texts in which Velocity, JSON and CloudFormation would find something to do. */
const PIECES = [
  '$',
  '#',
  '\\',
  '{',
  '}',
  '[[',
  ']]',
  '"',
  "'",
  '\n',
  '!',
  '##',
  '#*',
  '*#',
  '.length()',
  '[0]',
  'é',
  '😀',
];
const WORDS = [
  '$d',
  `$\{d}`,
  '#if(true)',
  '#end',
  '#set($d = 1)',
  '$context.stage',
  `$\{AWS::Region}`,
  '$util',
  '\r\n',
  '\t',
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...PIECES, ...WORDS), noise()), { maxLength: 12 })
  // No text of a template or a document can hold it.
  .map((pieces) => pieces.join('').replaceAll('\0', ''));

const stack = new Stack(new App(), 'Stack');
const parameter = new CfnParameter(stack, 'Parameter').valueAsString;

function afterDeployment(template: string, value: string): string {
  return rendered(String(deployed(stack.resolve(template), value)));
}

test('any text comes out of its template as it was', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(rendered(textTemplate(text))).toBe(text);
    }),
    examples(500),
  );
});

test('any JSON comes out of its template as it was', () => {
  fc.assert(
    fc.property(hostile, fc.jsonValue(), (text, value) => {
      const document = [text, { [`x${text}`]: text }, value];
      expect(JSON.parse(rendered(jsonTemplate(document)))).toEqual(JSON.parse(JSON.stringify(document)));
    }),
    examples(500),
  );
});

test('nothing in a template of JSON is more than ASCII, or begins anything in Velocity', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(jsonTemplate({ [text]: text })).toMatch(/^[\x20-\x7e]*$/);
      expect(jsonTemplate({ [text]: text })).not.toMatch(/[$#]/);
    }),
    examples(200),
  );
});

test('what only the deployment knows comes out as it is, in JSON as in text', () => {
  fc.assert(
    fc.property(hostile, hostile, (text, value) => {
      // A control character cannot be in a parameter of a stack, but for those that end lines.
      const known = value.replaceAll(/[\p{Cc}\p{Cs}]/gu, (control) => (/[\n\r\t]/.test(control) ? control : ''));
      const mixed = `${text}${parameter}$`;
      expect(afterDeployment(textTemplate(mixed), known)).toBe(`${text}${known}$`);
      expect(JSON.parse(afterDeployment(jsonTemplate([mixed]), known))).toEqual([`${text}${known}$`]);
    }),
    examples(200),
  );
});

test('a number that only the deployment knows stays a number', () => {
  const number = new CfnParameter(stack, 'Number', { type: 'Number' }).valueAsNumber;
  expect(JSON.parse(afterDeployment(jsonTemplate({ units: number }), '12'))).toEqual({ units: 12 });
});

describe("an operator's name in Markdown", () => {
  const ESCAPED = /\\([\\"`*_[\]<>#|&~])/g;

  test('stays one line, in which nothing marks anything up', () => {
    fc.assert(
      fc.property(hostile, (name) => {
        const text = inline(name);
        expect(text).not.toMatch(/[\n\r\u2028\u2029]/);
        expect(text.replaceAll(ESCAPED, '')).not.toMatch(/[\\"`*_[\]<>#|&~]/);
      }),
      examples(500),
    );
  });

  test('is read as it was, but for its line breaks', () => {
    fc.assert(
      fc.property(hostile, (name) => {
        expect(inline(name).replaceAll(ESCAPED, '$1')).toBe(name.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' '));
      }),
      examples(500),
    );
  });

  test('is escaped by the deployment where only that knows it', () => {
    const hidden = afterDeployment(textTemplate(inline(parameter)), '# [a](b)\n*c*');
    expect(hidden).toBe('# \\[a](b) *c*');
  });
});
