import type { Balance } from './balance';

/** A customer as the operator sees him. */
export interface KnownCustomer {
  readonly customer: string;
  readonly balance: Balance;
  /** ISO 8601; absent where it was not written down. */
  readonly createdAt?: string;
}

/** `unchanged`: it was so already, or there is no such customer. */
export type StandingOutcome = 'applied' | 'unchanged';

/** Customers, as the operator sees them and decides who is served. */
export interface OperatedCustomers {
  find(customer: string): Promise<KnownCustomer | undefined>;

  /**
   * Customers behind another one, in the store's own order. It reads everything that is in the store, for as long as `goOn` says so;
   * `more` tells whether there are, or may be, others behind the last one. Of the balances, no key and no secret is read.
   */
  list(
    limit: number,
    after: string | undefined,
    goOn: () => boolean,
  ): Promise<{ readonly customers: readonly KnownCustomer[]; readonly more: boolean }>;

  /** Has the customer refused, whatever he pays. */
  suspend(customer: string): Promise<StandingOutcome>;

  /** Gives the customer back the standing that he had, as payments have changed it in the meantime. */
  resume(customer: string): Promise<StandingOutcome>;
}
