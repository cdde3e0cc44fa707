import { createHmac } from 'node:crypto';

/** What is signed: a message, by its id and the time of this attempt. */
export interface SignedMessage {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly body: string;
}

const PREFIX = 'whsec_';

/**
 * The value of `webhook-signature`, by each of the secrets: Base64 of the key, with `whsec_` before it or without.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function webhookSignature({ id, timestamp, body }: SignedMessage, secrets: string): string {
  const keys = secrets
    .split(/\s+/)
    .filter((secret) => secret !== '')
    .map((secret) => Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64'));
  if (keys.length === 0 || keys.some((key) => key.length === 0)) {
    throw new Error('a signing secret must be Base64 of a key');
  }
  const text = `${id}.${timestamp}.${body}`;
  return keys.map((key) => `v1,${createHmac('sha256', key).update(text).digest('base64')}`).join(' ');
}

/** Seconds before an event is sent again that was sent so many times: tripled each time, and no longer than SQS can hide a message. */
export function retryDelay(attempts: number): number {
  return Math.min(FIRST_DELAY * 3 ** (attempts - 1), LONGEST_DELAY);
}

const FIRST_DELAY = 15;

/** Less than twelve hours, which SQS counts from when the message was received. */
const LONGEST_DELAY = 42_000;
