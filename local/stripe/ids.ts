import { randomInt } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** An id in Stripe's form. Unguessable: whoever holds a Checkout Session's id may act on its page. */
export function newId(prefix: string, length = 24): string {
  let id = prefix;
  for (let drawn = 0; drawn < length; drawn += 1) {
    id += ALPHABET.charAt(randomInt(ALPHABET.length));
  }
  return id;
}
