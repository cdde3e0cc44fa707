import { fullBucket, type Throttle, type TokenBucket, takeToken } from '../gateway/token-bucket';
import { conflict, tooManyRequests } from './errors';

/**
 * Per account, and none can be increased: "API Gateway quotas for creating, deploying and managing an API" in
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html. A burst is given for the total alone.
 */
const TOTAL: Throttle = { rateLimit: 10, burstLimit: 40 };
const OWN: Readonly<Record<string, Throttle>> = {
  CreateApiKey: { rateLimit: 5, burstLimit: 5 },
  DeleteApiKey: { rateLimit: 5, burstLimit: 5 },
};

/** How often the control plane may be asked. */
export class RequestRates {
  private readonly buckets = new Map<string, TokenBucket>();
  private usagePlanKeyDoneAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly clock: () => number,
    private readonly usagePlanKeyMillis: number,
  ) {}

  /** Lets a request pass, or throws what AWS refuses it with. What is refused has taken nothing. */
  admit(operation: string): void {
    const now = this.clock();
    const own = OWN[operation];
    const limits = [['', TOTAL] as const, ...(own === undefined ? [] : [[operation, own] as const])];
    const outcomes = limits.map(([name, throttle]) => {
      const before = this.buckets.get(name) ?? fullBucket(throttle, now);
      return { name, throttle, ...takeToken(before, throttle, now) };
    });
    const waits = outcomes
      .filter(({ taken }) => !taken)
      .map(({ throttle, bucket }) => (1 - bucket.tokens) / throttle.rateLimit);
    if (waits.length > 0) {
      throw tooManyRequests(Math.ceil(Math.max(...waits)));
    }
    for (const { name, bucket } of outcomes) {
      this.buckets.set(name, bucket);
    }
    if (operation === 'CreateUsagePlanKey') {
      this.admitUsagePlanKey(now);
    }
  }

  /** AWS makes one at a time in an account and Region; no page says so, https://github.com/serverless/serverless/issues/12065. */
  private admitUsagePlanKey(now: number): void {
    if (now < this.usagePlanKeyDoneAt) {
      throw conflict('Unable to complete operation due to concurrent modification. Please try again later.');
    }
    this.usagePlanKeyDoneAt = now + this.usagePlanKeyMillis;
  }
}
