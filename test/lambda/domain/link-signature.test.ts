import { isLinkGenuine, signLink } from '../../../lambda/domain/link-signature';

const secret = new Uint8Array(16).fill(3);

test('a signature is 22 characters, and of what was signed alone', () => {
  const signed = signLink('report', ['ab', 1], secret);
  expect(signed).toMatch(/^[\w-]{22}$/);
  expect(isLinkGenuine('report', ['ab', 1], signed, secret)).toBe(true);
  expect(isLinkGenuine('checkout', ['ab', 1], signed, secret)).toBe(false);
  expect(isLinkGenuine('payment', ['ab', 1], signed, secret)).toBe(false);
  expect(isLinkGenuine('report', ['ab', 2], signed, secret)).toBe(false);
});

test('where one part ends and the next begins is signed too', () => {
  expect(signLink('report', ['ab', 'c'], secret)).not.toBe(signLink('report', ['a', 'bc'], secret));
});
