import { createHash } from 'node:crypto';
import { BASE62, CUSTOMER_LENGTH } from './api-key';

const DIGEST_BITS = 256n;

/**
 * The id of the customer whom an issuer's tokens name by that subject; always the same.
 *
 * A subject is somebody else's text, an e-mail address perhaps, and an id is in keys, links and logs. So the id is made of SHA-256 over
 * the JSON array of the two, which no other two share: the digest, read as a fraction, has these first digits in base 62. They are 83
 * bits, as many as those of an id that is drawn by lot, and as unlikely to meet another one.
 */
export function customerIdOf(issuer: string, subject: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('hex');
  let fraction = BigInt(`0x${digest}`);
  let id = '';
  for (let digit = 0; digit < CUSTOMER_LENGTH; digit++) {
    fraction *= BigInt(BASE62.length);
    id += BASE62[Number(fraction >> DIGEST_BITS)];
    fraction = BigInt.asUintN(Number(DIGEST_BITS), fraction);
  }
  return id;
}
