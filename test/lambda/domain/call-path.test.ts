import fc from 'fast-check';
import { pathFault } from '../../../lambda/domain/call-path';

const BASE = 'https://api.example.com/prod';

test.each([
  ['/items/1', ''],
  ['/items/a%2Fb', 'full=1&q=%20'],
  ['/', ''],
  ['/items/', ''],
  ['/billing-archive', ''],
])('a call can go to %s?%s', (path, query) => {
  expect(pathFault(path, query, 'billing')).toBeUndefined();
});

test.each([
  ['items', '', 'begin with a slash'],
  ['//evil.example/x', '', 'no empty segment'],
  ['/items//1', '', 'no empty segment'],
  ['/../admin', '', 'no segment . or ..'],
  ['/items/%2e%2E/x', '', 'no segment . or ..'],
  ['/items/./x', '', 'no segment . or ..'],
  ['/items/%ff', '', 'no segment'],
  ['/items/%zz', '', 'percent-encoded'],
  ['/items?x=1', '', 'percent-encoded'],
  ['/items#x', '', 'percent-encoded'],
  ['/items\\..\\x', '', 'percent-encoded'],
  ['/items/\r\nx', '', 'percent-encoded'],
  ['/items', 'x#y', 'percent-encoded'],
  ['/billing/mcp', '', 'not one of /billing'],
  ['/billing', '', 'not one of /billing'],
  ['/%62illing/requests/x', '', 'not one of /billing'],
  ['/billing%2Frequests', '', 'not one of /billing'],
  [`/${'a'.repeat(8_200)}`, '', '8192'],
])('no call goes to %j?%s', (path, query, fault) => {
  expect(pathFault(path, query, 'billing')).toContain(fault);
});

test('whatever path is let through stays on the host, below the base, outside the billing routes, and as it was written', () => {
  const piece = fc.constantFrom(
    '/',
    '.',
    '..',
    '%2e',
    '%2F',
    '\\',
    '@',
    ':',
    'billing',
    'a',
    '?',
    '#',
    '%',
    ' ',
    '\n',
    '//evil',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const path = `/${pieces.join('')}`;
      fc.pre(pathFault(path, '', 'billing') === undefined);
      const url = new URL(`${BASE}${path}`);
      expect(url.origin + url.pathname).toBe(`${BASE}${path}`);
      expect(decodeURIComponent(path).split('/')[1]).not.toBe('billing');
    }),
    { numRuns: 2_000 },
  );
});
