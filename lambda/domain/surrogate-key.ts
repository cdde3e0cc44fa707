import type { PlanEntry } from '../../lib/private/catalogue';
import type { Balance } from './balance';

/** Which of a plan's surrogate keys a customer is throttled by: always the same, and evenly spread (FNV-1a). */
export function laneOf(customer: string, lanes: number): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(customer)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0) % lanes;
}

/** The value of a customer's own surrogate key in a plan. */
export function ownKeyOf(prefix: string, plan: string, customer: string): string {
  return `${prefix}-${plan}-c-${customer}`;
}

/** The surrogate key that API Gateway throttles a call by: the customer's own, once it is there for his plan, and until then a lane. */
export function surrogateKeyOf(prefix: string, plan: PlanEntry, customer: string, balance: Balance): string {
  const own = ownKeyOf(prefix, plan.id, customer);
  return balance.surrogateKeys.includes(own) ? own : `${prefix}-${plan.id}-${laneOf(customer, plan.lanes)}`;
}
