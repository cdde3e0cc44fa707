export interface Throttle {
  /** Tokens a second. */
  readonly rateLimit: number;
  /** What the bucket holds. */
  readonly burstLimit: number;
}

export interface TokenBucket {
  readonly tokens: number;
  /** Milliseconds since the epoch. */
  readonly filledAt: number;
}

export function fullBucket(throttle: Throttle, now: number): TokenBucket {
  return { tokens: throttle.burstLimit, filledAt: now };
}

/** The bucket after one call came, and whether the call may pass. A clock that runs backwards fills nothing. */
export function takeToken(
  bucket: TokenBucket,
  throttle: Throttle,
  now: number,
): { taken: boolean; bucket: TokenBucket } {
  const elapsed = Math.max(0, now - bucket.filledAt) / 1000;
  const tokens = Math.min(throttle.burstLimit, bucket.tokens + elapsed * throttle.rateLimit);
  const filledAt = Math.max(now, bucket.filledAt);
  return tokens >= 1
    ? { taken: true, bucket: { tokens: tokens - 1, filledAt } }
    : { taken: false, bucket: { tokens, filledAt } };
}
