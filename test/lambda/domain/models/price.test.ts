import fc from 'fast-check';
import { affordableOutput, unitsAtMost, unitsOf } from '../../../../lambda/domain/models/price';
import type { Usage } from '../../../../lambda/domain/models/usage';

const PRICE = { input: 250, output: 2_000, cachedInput: 25, cacheWriteInput: 313 };
const usage = (tokens: Partial<Usage>): Usage => ({
  input: 0,
  cachedInput: 0,
  cacheWriteInput: 0,
  output: 0,
  ...tokens,
});

const price = fc.record({
  input: fc.nat(10 ** 9),
  output: fc.nat(10 ** 9),
  cachedInput: fc.nat(10 ** 9),
  cacheWriteInput: fc.nat(10 ** 9),
});
const tokens = fc.nat(10 ** 7);

test('a million tokens of each kind cost their price', () => {
  const million = 10 ** 6;
  expect(unitsOf(usage({ input: million }), PRICE)).toBe(250);
  expect(unitsOf(usage({ cachedInput: million }), PRICE)).toBe(25);
  expect(unitsOf(usage({ cacheWriteInput: million }), PRICE)).toBe(313);
  expect(unitsOf(usage({ output: million }), PRICE)).toBe(2_000);
});

test('parts of a unit are rounded up once, at the end', () => {
  expect(unitsOf(usage({}), PRICE)).toBe(0);
  expect(unitsOf(usage({ output: 1 }), PRICE)).toBe(1);
  // 0.25 + 0.75 of a unit are one, where each rounded up would be two.
  expect(unitsOf(usage({ input: 1_000, output: 375 }), PRICE)).toBe(1);
  expect(unitsOf(usage({ input: 1_000, output: 376 }), PRICE)).toBe(2);
});

test('beyond the integers that a double holds, not a unit is lost', () => {
  const dear = { input: 10 ** 9, output: 10 ** 9, cachedInput: 0, cacheWriteInput: 0 };
  // 99,999,999 * 10^9 millionths are more than 2^53, and these end in ...001.
  expect(unitsOf(usage({ input: 99_999_999, output: 0 }), dear)).toBe(99_999_999_000);
  expect(unitsOf(usage({ input: 99_999_999, output: 1 }), { ...dear, output: 1 })).toBe(99_999_999_001);
});

test('no split of the input over the cache costs more than is said at most', () => {
  fc.assert(
    fc.property(price, tokens, tokens, tokens, tokens, (table, input, cachedInput, cacheWriteInput, output) => {
      const all = input + cachedInput + cacheWriteInput;
      const units = unitsOf({ input, cachedInput, cacheWriteInput, output }, table);
      expect(units).toBeLessThanOrEqual(unitsAtMost(all, output, table));
    }),
  );
});

test('what is affordable can be paid, and one token more cannot', () => {
  fc.assert(
    fc.property(price, tokens, fc.nat(10 ** 9), (table, input, units) => {
      const output = affordableOutput(units, input, table);
      if (output < 0) {
        expect(unitsAtMost(input, 0, table)).toBeGreaterThan(units);
      } else if (table.output > 0) {
        expect(unitsAtMost(input, output, table)).toBeLessThanOrEqual(units);
        expect(unitsAtMost(input, output + 1, table)).toBeGreaterThan(units);
      }
    }),
  );
});
