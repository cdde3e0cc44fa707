import type { Balance } from './balance';
import { type ChargeRequest, explain, type SpendingStore, type SpendOutcome, StoreBusyError } from './charge';
import type { EpochSeconds } from './clock';
import { endPeriod, type Lease, newLease } from './lease';
import { crowdBlock, nextBlock } from './lease-blocks';
import { countUnits, type RouteUnits } from './usage';

export interface LeaseOptions {
  /** The most units that one execution environment takes in advance for one customer. */
  readonly maxBlock: number;
  /** Milliseconds that a block may be spent for without asking the store: how late a revocation or a suspension works. */
  readonly life: number;
  /**
   * Milliseconds by the wall clock: a steady one may stand still while Lambda has frozen the environment, and a block would outlive
   * its time.
   */
  readonly milliseconds: () => number;
}

/** How often such a block is tried for: whoever waits holds an execution environment that other callers need. */
const CROWD_ATTEMPTS = 3;

/** Milliseconds for which a caller who hammers while exhausted is refused from memory. */
const REFUSAL_LIFE = 500;

/** Refusals, each soon after the one before, that make it hammering: who looks once more, or at another route, and pays at once is no such. */
const HAMMERING = 5;

/** Customers that are remembered; the one that has not called for the longest is forgotten first. */
const MAX_CUSTOMERS = 10_000;

/** A call, what is known of its customer, and when it came. */
interface LeasedCall {
  readonly lease: Lease;
  readonly request: ChargeRequest;
  readonly now: EpochSeconds;
  /** Milliseconds. */
  readonly time: number;
}

/**
 * Takes units in blocks and spends them in memory, so that a busy customer costs a write a second instead of one a call.
 *
 * Units leave the store before they are spent, and never go back: what is held rides on the next write, which takes that much
 * less. So no crash, retry or lost answer can mint a unit; at worst the units of one block are lost. Who calls less than about
 * once a second, and everybody near the end of the quota, is charged call by call.
 */
export class LeasedSpendingStore implements SpendingStore {
  private readonly leases = new Map<string, Lease>();

  constructor(
    private readonly inner: SpendingStore,
    private readonly options: LeaseOptions,
  ) {}

  public async spend(request: ChargeRequest, now: EpochSeconds): Promise<SpendOutcome> {
    const time = this.options.milliseconds();
    const known = this.leases.get(request.customer);
    if (known?.balance !== undefined && isStranger(known.balance, request, now)) {
      return this.spendForStranger({ lease: known, request, now, time });
    }
    const lease = known ?? newLease();
    lease.rate.add(time, request.cost);
    const call = { lease, request, now, time };
    const outcome = this.fromMemory(call) ?? (await this.fromStore(call));
    // Whoever makes up keys of customers that there are none of must not crowd out those that there are.
    if (outcome.balance !== undefined && !isStranger(outcome.balance, request, now)) {
      this.keep(request.customer, lease);
    }
    return outcome;
  }

  public async rollOver(customer: string, ended: EpochSeconds, included: number, next: EpochSeconds): Promise<void> {
    const lease = this.leases.get(customer);
    if (lease?.balance?.periodEnd === ended) {
      endPeriod(lease);
    }
    await this.inner.rollOver(customer, ended, included, next);
  }

  public forgetRefusal(customer: string): void {
    const lease = this.leases.get(customer);
    if (lease !== undefined) {
      lease.refusals = 0;
    }
  }

  /** Units of a customer that were spent from memory, and that no write has counted yet. */
  public uncounted(customer: string): number {
    return [...(this.leases.get(customer)?.uncounted.values() ?? [])].reduce((sum, units) => sum + units, 0);
  }

  /** Units that this environment holds of a customer. */
  public held(customer: string): number {
    return this.leases.get(customer)?.held ?? 0;
  }

  /** A key that the lease does not know, new or made up, is for the store to judge; what it refuses tells nothing of the customer. */
  private async spendForStranger(call: LeasedCall): Promise<SpendOutcome> {
    const { request, now } = call;
    const outcome = await this.inner.spend(request, now);
    if (outcome.spent) {
      this.learn(call, outcome, request.cost);
    }
    return outcome;
  }

  private fromMemory({ lease, request, now, time }: LeasedCall): SpendOutcome | undefined {
    const { balance } = lease;
    if (balance === undefined) {
      return undefined;
    }
    const local = { ...balance, remaining: lease.held };
    // A clock that was set back confirms nothing.
    const age = time - lease.confirmedAt;
    if (age >= 0 && age < this.options.life && explain(local, request, now) === undefined) {
      lease.held -= request.cost;
      count(lease, request, request.cost);
      return { spent: true, leased: true, balance: { ...balance, remaining: balance.remaining + lease.held } };
    }
    if (lease.refusals >= HAMMERING && time - lease.refusedAt < REFUSAL_LIFE && isExhausted(balance, request, now)) {
      lease.toldAt = time;
      return { spent: false, balance };
    }
    return undefined;
  }

  private async fromStore(call: LeasedCall): Promise<SpendOutcome> {
    const { lease, request, now, time } = call;
    const outcome = await this.takeThroughCrowd(call, nextBlock(lease, request, this.options.maxBlock, time));
    if (outcome.spent || outcome.balance === undefined) {
      return outcome;
    }
    // There was not enough for a block; there may be for the call.
    const enough = explain(outcome.balance, { ...request, cost: request.cost - lease.held }, now) === undefined;
    return enough ? this.take(call, 0) : outcome;
  }

  /**
   * A balance that takes no more writes for now is one that many environments spend of, most of which have yet to learn how busy the
   * customer is. Whoever gets through takes enough for a while, and leaves the store to the others.
   */
  private async takeThroughCrowd(call: LeasedCall, block: number): Promise<SpendOutcome> {
    let wanted = block;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.take(call, wanted);
      } catch (error) {
        wanted = Math.max(wanted, crowdBlock(call.lease, call.request, this.options.maxBlock));
        if (!(error instanceof StoreBusyError) || wanted === 0 || attempt > CROWD_ATTEMPTS) {
          throw error;
        }
      }
    }
  }

  /** One write that takes the call's cost and a block, less what is held. */
  private async take(call: LeasedCall, block: number): Promise<SpendOutcome> {
    const { lease, request, now } = call;
    // Out of the lease before the write: another call of this environment must not count on the same units.
    const used = Math.min(lease.held, request.cost + block);
    const taken = request.cost + block - used;
    lease.held -= used;
    const carried = lease.uncounted;
    lease.uncounted = new Map();
    const counted = { units: Math.min(request.cost, taken), carried };
    let outcome: SpendOutcome;
    try {
      outcome = await this.inner.spend({ ...request, cost: taken, counted }, now);
    } catch (error) {
      // Where it is not known whether the write was done, what it was to count is not counted again.
      if (error instanceof StoreBusyError) {
        recount(lease, carried);
      }
      throw error;
    } finally {
      // Where it is not known whether the write was done, what it took is lost, and what was held is not.
      lease.held += used;
    }
    this.learn(call, outcome, taken);
    if (!outcome.spent) {
      if (outcome.isUncertain !== true) {
        recount(lease, carried);
      }
      return outcome;
    }
    count(lease, request, request.cost - counted.units);
    // What was used may have ended with its period meanwhile.
    lease.held = Math.max(0, lease.held - used) + block;
    lease.block = Math.max(block, 1);
    return { spent: true, balance: { ...outcome.balance, remaining: outcome.balance.remaining + lease.held } };
  }

  private learn({ lease, request, now, time }: LeasedCall, outcome: SpendOutcome, taken: number): void {
    if (outcome.spent) {
      lease.environments.observe(outcome.balance.remaining, taken);
    } else if (isExhausted(outcome.balance, request, now)) {
      lease.refusals = time - lease.toldAt < REFUSAL_LIFE ? lease.refusals + 1 : 1;
      lease.refusedAt = time;
      lease.toldAt = time;
    }
    if (outcome.balance?.periodEnd !== lease.balance?.periodEnd) {
      endPeriod(lease);
    }
    lease.balance = outcome.balance;
    lease.confirmedAt = outcome.spent ? time : Number.NEGATIVE_INFINITY;
  }

  private keep(customer: string, lease: Lease): void {
    const kept = this.leases.get(customer);
    if (kept !== undefined && kept !== lease) {
      // Two first calls at once: one lease stays, with what both hold.
      kept.held += kept.balance?.periodEnd === lease.balance?.periodEnd ? lease.held : 0;
      recount(kept, lease.uncounted);
      return;
    }
    // Deleted and set again: a map's first entry is the one that has not been used for the longest.
    this.leases.delete(customer);
    this.leases.set(customer, lease);
    const [oldest] = this.leases.size > MAX_CUSTOMERS ? this.leases.keys() : [];
    if (oldest !== undefined) {
      this.leases.delete(oldest);
    }
  }
}

function count(lease: Lease, { route }: ChargeRequest, units: number): void {
  if (route !== undefined) {
    countUnits(lease.uncounted, route, units);
  }
}

function recount(lease: Lease, units: RouteUnits): void {
  for (const [route, more] of units) {
    countUnits(lease.uncounted, route, more);
  }
}

function isStranger(balance: Balance, request: ChargeRequest, now: EpochSeconds): boolean {
  return explain(balance, request, now)?.kind === 'unauthorized';
}

function isExhausted(balance: Balance | undefined, request: ChargeRequest, now: EpochSeconds): boolean {
  const refusal = explain(balance, request, now);
  return refusal?.kind === 'payment_required' && refusal.reason === 'quota_exhausted';
}
