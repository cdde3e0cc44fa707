import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { newCustomerId } from '../../../lambda/domain/api-key';
import { customerIdOf } from '../../../lambda/domain/customer-id';

const ISSUER = 'https://idp.example.com/';

test('an issuer’s subject is always the same customer, and has an id like any other', () => {
  const id = customerIdOf(ISSUER, 'ada@example.com');
  expect(id).toBe('IovxP91w8iqmZt');
  expect(id).toMatch(/^[0-9A-Za-z]{14}$/);
  expect(id).toHaveLength(newCustomerId().length);
});

test('the id is the first digits of the digest, read as a fraction', () => {
  fc.assert(
    fc.property(fc.string(), (subject) => {
      const digest = createHash('sha256')
        .update(JSON.stringify([ISSUER, subject]))
        .digest();
      // 48 bits are the first eight digits and a little more.
      const fraction = digest.readUIntBE(0, 6) / 2 ** 48;
      const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
      const value = [...customerIdOf(ISSUER, subject)].reduceRight(
        (rest, digit) => (alphabet.indexOf(digit) + rest) / 62,
        0,
      );
      expect(Math.abs(value - fraction)).toBeLessThan(2 ** -47);
    }),
  );
});

test.each([
  ['issuer and subject that run into each other', ['https://a.example/x', 'y'], ['https://a.example/', 'xy']],
  ['a quotation mark and a comma', ['a","b', 'c'], ['a', 'b","c']],
  ['half of a surrogate pair', [ISSUER, '\ud800'], [ISSUER, '\ud801']],
  ['case', [ISSUER, 'Ada'], [ISSUER, 'ada']],
  ['a slash at the issuer’s end', ['https://idp.example.com', 'ada'], [ISSUER, 'ada']],
] as [string, [string, string], [string, string]][])('two that differ by %s are two customers', (_, one, other) => {
  expect(customerIdOf(...one)).not.toBe(customerIdOf(...other));
});
