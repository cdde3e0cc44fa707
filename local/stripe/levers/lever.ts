import type { Account, Context } from '../context';
import type { Params } from '../form';

export interface LeverPull {
  readonly account: Account;
  readonly context: Context;
  /** What stands for `:id` in the path. */
  readonly id: string;
  readonly params: Params;
}

/** Something that Stripe, a bank or time would do. */
export interface Lever {
  /** Below `/local/`, `subscriptions/:id/renew`. */
  readonly path: string;
  /** The parameters that it takes. */
  readonly params: readonly string[];
  readonly pull: (pull: LeverPull) => object;
}
