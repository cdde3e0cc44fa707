import type { Balance } from './balance';
import { type ChargeRequest, explain, type SpendingStore, type SpendOutcome } from './charge';
import type { EpochSeconds } from './clock';
import { EnvironmentEstimate, RecentRate } from './lease-estimates';

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

/** Milliseconds of a caller's own traffic that a block is to last for, in a fleet of ordinary size. */
const BLOCK_DURATION = 1_000;

/** So many environments that their blocks have to last longer, for one item to take the writes of all of them. */
const LARGE_FLEET = 300;

/** Every environment may take the same at the same time; what they take together is at most this part of what is left. */
const GUIDE = 4;

/** The last units are spent call by call, so that none is held elsewhere when a customer is told that there are none. */
const EXACT_TAIL = 256;

/** Milliseconds for which a caller who hammers while exhausted is refused from memory. */
const REFUSAL_LIFE = 500;

/** Customers that are remembered; the one that has not called for the longest is forgotten first. */
const MAX_CUSTOMERS = 10_000;

/** What an environment knows and holds of a customer. */
interface Lease {
  /** As the store last answered; its `remaining` is what is left there. */
  balance?: Balance;
  /** When the store confirmed the customer; long ago where it refused since. */
  confirmedAt: number;
  /** Units that have left the store and are not spent. */
  held: number;
  /** Units that were held over the end of a period: bought ones, which no later end takes away. */
  kept: number;
  /** The last block that was taken. */
  block: number;
  /** When the store last refused for want of units. */
  refusedAt: number;
  /** When the caller was last told so, from the store or from memory. */
  toldAt: number;
  /** Whether the store's last refusal came soon after another one. */
  hammers: boolean;
  readonly rate: RecentRate;
  readonly environments: EnvironmentEstimate;
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
      return this.spendForStranger(known, request, now, time);
    }
    const lease = known ?? newLease();
    lease.rate.add(time, request.cost);
    const outcome = this.fromMemory(lease, request, now, time) ?? (await this.fromStore(lease, request, now, time));
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

  /** Units that this environment holds of a customer. */
  public held(customer: string): number {
    return this.leases.get(customer)?.held ?? 0;
  }

  /** A key that the lease does not know, new or made up, is for the store to judge; what it refuses tells nothing of the customer. */
  private async spendForStranger(
    lease: Lease,
    request: ChargeRequest,
    now: EpochSeconds,
    time: number,
  ): Promise<SpendOutcome> {
    const outcome = await this.inner.spend(request, now);
    if (outcome.spent) {
      this.learn(lease, request, outcome, request.cost, now, time);
    }
    return outcome;
  }

  private fromMemory(lease: Lease, request: ChargeRequest, now: EpochSeconds, time: number): SpendOutcome | undefined {
    const { balance } = lease;
    if (balance === undefined) {
      return undefined;
    }
    const local = { ...balance, remaining: lease.held };
    // A clock that was set back confirms nothing.
    const age = time - lease.confirmedAt;
    if (age >= 0 && age < this.options.life && explain(local, request, now) === undefined) {
      lease.held -= request.cost;
      return { spent: true, balance: { ...balance, remaining: balance.remaining + lease.held } };
    }
    if (lease.hammers && time - lease.refusedAt < REFUSAL_LIFE && isExhausted(balance, request, now)) {
      lease.toldAt = time;
      return { spent: false, balance };
    }
    return undefined;
  }

  private async fromStore(
    lease: Lease,
    request: ChargeRequest,
    now: EpochSeconds,
    time: number,
  ): Promise<SpendOutcome> {
    const block = this.nextBlock(lease, request, time);
    const outcome = await this.take(lease, request, block, now, time);
    if (outcome.spent || block === 0 || outcome.balance === undefined) {
      return outcome;
    }
    // There was not enough for a block; there may be for the call.
    const enough = explain(outcome.balance, { ...request, cost: request.cost - lease.held }, now) === undefined;
    return enough ? this.take(lease, request, 0, now, time) : outcome;
  }

  /** One write that takes the call's cost and a block, less what is held. */
  private async take(
    lease: Lease,
    request: ChargeRequest,
    block: number,
    now: EpochSeconds,
    time: number,
  ): Promise<SpendOutcome> {
    // Out of the lease before the write: another call of this environment must not count on the same units.
    const used = Math.min(lease.held, request.cost + block);
    const taken = request.cost + block - used;
    lease.held -= used;
    let outcome: SpendOutcome;
    try {
      outcome = await this.inner.spend({ ...request, cost: taken }, now);
    } finally {
      // Where it is not known whether the write was done, what it took is lost, and what was held is not.
      lease.held += used;
    }
    this.learn(lease, request, outcome, taken, now, time);
    if (!outcome.spent) {
      return outcome;
    }
    // What was used may have ended with its period meanwhile.
    lease.held = Math.max(0, lease.held - used) + block;
    lease.block = Math.max(block, 1);
    return { spent: true, balance: { ...outcome.balance, remaining: outcome.balance.remaining + lease.held } };
  }

  private learn(
    lease: Lease,
    request: ChargeRequest,
    outcome: SpendOutcome,
    taken: number,
    now: EpochSeconds,
    time: number,
  ): void {
    if (outcome.spent) {
      lease.environments.observe(outcome.balance.remaining, taken);
    } else if (isExhausted(outcome.balance, request, now)) {
      lease.hammers = time - lease.toldAt < REFUSAL_LIFE;
      lease.refusedAt = time;
      lease.toldAt = time;
    }
    if (outcome.balance?.periodEnd !== lease.balance?.periodEnd) {
      endPeriod(lease);
    }
    lease.balance = outcome.balance;
    lease.confirmedAt = outcome.spent ? time : Number.NEGATIVE_INFINITY;
  }

  /** How many units to take beyond the call's own; none for slow callers, and none near the end. */
  private nextBlock(lease: Lease, { cost }: ChargeRequest, time: number): number {
    const left = lease.balance?.remaining ?? 0;
    if (left < EXACT_TAIL) {
      return 0;
    }
    const environments = lease.environments.count();
    const duration = (BLOCK_DURATION / 1_000) * Math.max(1, environments / LARGE_FLEET);
    const block = Math.floor(
      Math.min(
        2 * Math.max(lease.block, cost),
        lease.rate.perSecond(time) * duration,
        this.options.maxBlock,
        left / (GUIDE * environments),
      ),
    );
    return block < Math.max(cost, 2) ? 0 : block;
  }

  private keep(customer: string, lease: Lease): void {
    const kept = this.leases.get(customer);
    if (kept !== undefined && kept !== lease) {
      // Two first calls at once: the lease that is there may hold units already, this one holds none.
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

function newLease(): Lease {
  return {
    confirmedAt: Number.NEGATIVE_INFINITY,
    held: 0,
    kept: 0,
    block: 1,
    refusedAt: Number.NEGATIVE_INFINITY,
    toldAt: Number.NEGATIVE_INFINITY,
    hammers: false,
    rate: new RecentRate(),
    environments: new EnvironmentEstimate(),
  };
}

function isStranger(balance: Balance, request: ChargeRequest, now: EpochSeconds): boolean {
  return explain(balance, request, now)?.kind === 'unauthorized';
}

/** The plan's units end with their period, wherever they are; bought ones, of which the last may be held, do not. */
function endPeriod(lease: Lease): void {
  const { balance } = lease;
  if (balance !== undefined && balance.remaining > balance.credits) {
    lease.held = Math.min(lease.held, lease.kept);
  }
  lease.kept = lease.held;
  lease.confirmedAt = Number.NEGATIVE_INFINITY;
}

function isExhausted(balance: Balance | undefined, request: ChargeRequest, now: EpochSeconds): boolean {
  const refusal = explain(balance, request, now);
  return refusal?.kind === 'payment_required' && refusal.reason === 'quota_exhausted';
}
