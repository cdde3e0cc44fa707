import { BoundedMap } from './bounded-map';
import { type ChargeRequest, explain, type KeyCredential, type SpendingStore, type SpendOutcome } from './charge';
import type { EpochSeconds } from './clock';

/** Seconds for which a key that opened nothing is refused without asking again. */
const REFUSAL_LIFE = 10;

/** Keys that are remembered. */
const MAX_KEYS = 10_000;

/**
 * Refuses from memory a key that was refused a moment ago: whoever hammers with one that is unknown, or was taken away, costs the store
 * nothing, and takes no writes from the customer whom it names. No key is kept out that opens something: one is known to nobody before it
 * is let in, and one that has ended does not come back; but a key that was made elsewhere may be imported meanwhile.
 */
export class RefusedKeys implements SpendingStore {
  private readonly refusedUntil = new BoundedMap<EpochSeconds>(MAX_KEYS);
  private hasRefused = false;

  constructor(private readonly inner: SpendingStore) {}

  public async spend(request: ChargeRequest, now: EpochSeconds): Promise<SpendOutcome> {
    const { credential } = request;
    if (credential === 'token') {
      return this.inner.spend(request, now);
    }
    // Most environments have refused nobody yet, and then there is nothing to look up.
    if (this.hasRefused && now < (this.refusedUntil.get(nameOf(credential)) ?? 0)) {
      return { spent: false, balance: undefined };
    }
    const outcome = await this.inner.spend(request, now);
    if (!outcome.spent && explain(outcome.balance, request, now)?.kind === 'unauthorized') {
      this.refusedUntil.set(nameOf(credential), now + REFUSAL_LIFE);
      this.hasRefused = true;
    }
    return outcome;
  }

  public rollOver(customer: string, ended: EpochSeconds, included: number, next: EpochSeconds): Promise<void> {
    return this.inner.rollOver(customer, ended, included, next);
  }

  public forgetRefusal(customer: string): void {
    this.inner.forgetRefusal?.(customer);
  }
}

function nameOf({ keyHash }: KeyCredential): string {
  return Buffer.from(keyHash).toString('base64url');
}
