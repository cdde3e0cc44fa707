import fc from 'fast-check';
import {
  customerIdOf,
  hashApiKey,
  isKeyCustomer,
  newApiKey,
  newCustomerId,
  parseApiKey,
} from '../../../lambda/domain/api-key';
import { noise } from '../../support/noise';

test('a new key reads back as the customer that it was made for', () => {
  for (const mode of ['live', 'test'] as const) {
    const customer = newCustomerId();
    const { text, key } = newApiKey(mode, customer);
    expect(text).toMatch(new RegExp(`^pw_${mode}_[0-9A-Za-z]{53}$`));
    expect(parseApiKey(text)).toEqual({ mode, customer, keyId: key.keyId });
  }
});

test('two keys are never the same', () => {
  const texts = Array.from({ length: 200 }, () => newApiKey('test', 'a'.repeat(14)).text);
  expect(new Set(texts).size).toBe(200);
});

test('one character typed wrong is refused before any look-up', () => {
  const { text } = newApiKey('live', newCustomerId());
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.constantFrom(...'0123456789ABCabcxyz_'), (index, character) => {
      const typed = text.slice(0, index) + character + text.slice(index + 1);
      expect(parseApiKey(typed) === undefined).toBe(typed !== text);
    }),
  );
});

test('noise is refused, whatever it is', () => {
  fc.assert(fc.property(noise(200), (text) => expect(parseApiKey(text)).toBeUndefined()));
  expect(parseApiKey('pw_live_'.padEnd(10_000, 'a'))).toBeUndefined();
});

test('what is stored is 256 bits that do not hold the key', () => {
  const { text } = newApiKey('live', newCustomerId());
  expect(hashApiKey(text)).toHaveLength(32);
  expect(Buffer.from(hashApiKey(text)).toString('latin1')).not.toContain(text);
});

test('a key that was issued long ago is one for ever: its checksum is the CRC-32 of what stands before it', () => {
  const text = 'pw_live_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJK0t9xLE';
  expect(parseApiKey(text)).toEqual({ mode: 'live', customer: '0123456789abcd', keyId: 'efghij' });
});

test('no pattern is run over what a stranger made long', () => {
  const run = jest.spyOn(RegExp.prototype, 'exec');
  const found = parseApiKey('pw_live_'.padEnd(10_000, 'a'));
  const times = run.mock.calls.length;
  run.mockRestore();
  expect([found, times]).toEqual([undefined, 0]);
});

test('a claim makes one customer, and another claim another', () => {
  const [one, again, other] = ['a', 'a', 'b'].map((digit) => customerIdOf(digit.repeat(32)));
  expect([isKeyCustomer(one ?? ''), again === one, other === one]).toEqual([true, true, false]);
});
