/** Seconds since 1970-01-01T00:00:00Z, as DynamoDB's TTL and Stripe count time. */
export type EpochSeconds = number;

export type Clock = () => EpochSeconds;

/** The end of a period that never ends: the last second that ISO 8601 can write. */
export const NEVER: EpochSeconds = 253_402_300_799;
