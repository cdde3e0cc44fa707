import type { Catalogue } from '../../lib/private/catalogue';
import type { DeadLetters, NamedEvent } from '../adapters/sqs-dead-letters';
import type { EventFinder } from '../adapters/stripe-event-source';
import type { Clock } from '../domain/clock';
import type { CustomerStore, PaymentStore } from '../domain/customers';
import type { LedgerReader } from '../domain/ledger';

export interface OperationsDependencies {
  readonly customers: Pick<CustomerStore, 'balance'> & {
    /** Our customer of a Stripe customer. */
    customerOf(stripeCustomer: string): Promise<string | undefined>;
  };
  readonly payments: Pick<PaymentStore, 'post'>;
  readonly ledger: LedgerReader;
  readonly catalogue: Catalogue;
  readonly events: EventFinder;
  readonly deadLetters: DeadLetters;
  /** Carries an event out. @throws NotProcessedError */
  readonly process: (event: NamedEvent) => Promise<string>;
  readonly clock: Clock;
}

/** What the operator can mend, in one line for him. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}
