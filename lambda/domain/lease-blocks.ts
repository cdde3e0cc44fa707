import type { ChargeRequest } from './charge';
import type { Lease } from './lease';

/** Milliseconds of a caller's own traffic that a block is to last for, in a fleet of ordinary size. */
const BLOCK_DURATION = 1_000;

/** So many environments that their blocks have to last longer, for one item to take the writes of all of them. */
const LARGE_FLEET = 300;

/** Every environment may take the same at the same time; what they take together is at most this part of what is left. */
const GUIDE = 4;

/** The last units are spent call by call, so that none is held elsewhere when a customer is told that there are none. */
const EXACT_TAIL = 256;

/** Calls that a block is for which is taken of a balance in such demand that the store refuses writes of it. */
const CROWD_CALLS = 16;

/** How many units to take beyond the call's own; none for slow callers, and none near the end. */
export function nextBlock(lease: Lease, { cost }: ChargeRequest, maxBlock: number, time: number): number {
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
      maxBlock,
      left / (GUIDE * environments),
    ),
  );
  return block < Math.max(cost, 2) ? 0 : block;
}

/** How many to take where the store refuses writes; as many as it may be, where nothing is known of the balance yet. */
export function crowdBlock({ balance, environments }: Lease, { cost }: ChargeRequest, maxBlock: number): number {
  const left = balance?.remaining ?? Number.POSITIVE_INFINITY;
  const block = Math.floor(Math.min(CROWD_CALLS * cost, maxBlock, left / (GUIDE * environments.count())));
  return left < EXACT_TAIL || block < cost ? 0 : block;
}
