import fc from 'fast-check';
import { readRetryState, signRetryState } from '../../../lambda/domain/retry-state';
import { NOW } from '../fixtures';

const SECRET = new Uint8Array(16).fill(7);
const CALL = { customer: 'ada', tool: 'getItem', args: { id: '1', options: { a: 1, b: [2, { c: 3 }] } } };
const STATE = { id: 'A'.repeat(22), expiresAt: NOW + 60 };
const SIGNED = signRetryState(CALL, STATE, SECRET);

test('a state comes back for its call, in whatever order the arguments are written', () => {
  expect(readRetryState(SIGNED, CALL, NOW, SECRET)).toEqual(STATE);
  const reordered = { ...CALL, args: { options: { b: [2, { c: 3 }], a: 1 }, id: '1' } };
  expect(readRetryState(SIGNED, reordered, NOW, SECRET)).toEqual(STATE);
});

test.each([
  ['another customer', { ...CALL, customer: 'eve' }],
  ['another tool', { ...CALL, tool: 'changeItem' }],
  ['another argument', { ...CALL, args: { ...CALL.args, id: '2' } }],
  ['one argument more', { ...CALL, args: { ...CALL.args, more: null } }],
  ['a list in another order', { ...CALL, args: { id: '1', options: { a: 1, b: [{ c: 3 }, 2] } } }],
])('it is not of %s', (_, call) => {
  expect(readRetryState(SIGNED, call, NOW, SECRET)).toBe('not_of_this_call');
});

test('it expires, and a new secret of the customer’s ends it', () => {
  expect(readRetryState(SIGNED, CALL, STATE.expiresAt - 1, SECRET)).toEqual(STATE);
  expect(readRetryState(SIGNED, CALL, STATE.expiresAt, SECRET)).toBe('expired');
  expect(readRetryState(SIGNED, CALL, NOW, new Uint8Array(16).fill(8))).toBe('not_of_this_call');
});

test('no character of it can be changed', () => {
  const position = fc.integer({ min: 0, max: SIGNED.length - 1 });
  const character = fc.constantFrom(...'ABCabc019-_.|{ ');
  fc.assert(
    fc.property(position, character, (at, put) => {
      const changed = `${SIGNED.slice(0, at)}${put}${SIGNED.slice(at + 1)}`;
      // The last character of a signature holds two bits that are none of it.
      fc.pre(changed !== SIGNED && at !== SIGNED.length - 1);
      expect(['malformed', 'not_of_this_call']).toContain(readRetryState(changed, CALL, NOW, SECRET));
    }),
    { numRuns: 500 },
  );
});
