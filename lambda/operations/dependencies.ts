import type { Catalogue } from '../../lib/private/catalogue';
import type { Probes } from '../adapters/dynamodb-probes';
import type { DeadLetters, NamedEvent } from '../adapters/sqs-dead-letters';
import type { EventFinder } from '../adapters/stripe-event-source';
import type { KeyMode } from '../domain/api-key';
import type { AuditLog } from '../domain/audit';
import type { Clock } from '../domain/clock';
import type { CustomerDeletions } from '../domain/customer-deletion';
import type { CustomerStore, PaymentStore } from '../domain/customers';
import type { KeyImports } from '../domain/key-import';
import type { KeyStore } from '../domain/keys';
import type { LedgerReader } from '../domain/ledger';
import type { OperatedCustomers } from '../domain/operated-customers';
import type { PlanArrivals } from '../domain/own-keys';
import type { UsageHistory } from '../domain/usage';

export interface AcceptedKeys {
  readonly own: boolean;
  readonly imported: boolean;
}

export interface OperationsDependencies {
  readonly customers: Pick<CustomerStore, 'account' | 'balance' | 'create'> & {
    /** Our customer of a Stripe customer. */
    customerOf(stripeCustomer: string): Promise<string | undefined>;
  };
  readonly operated: OperatedCustomers;
  readonly deletions: CustomerDeletions;
  readonly probes: Probes;
  /** Waits until every other function that had begun before has come to its end. */
  readonly settled: () => Promise<unknown>;
  readonly payments: Pick<PaymentStore, 'post'>;
  readonly keys: KeyStore;
  /** Which of them the paywall lets in. */
  readonly accepts: AcceptedKeys;
  readonly imports: KeyImports;
  readonly auditLog: AuditLog;
  readonly usageHistory: UsageHistory;
  readonly ledger: LedgerReader;
  readonly catalogue: Catalogue;
  readonly events: EventFinder;
  readonly deadLetters: DeadLetters;
  /** Carries an event out. @throws NotProcessedError */
  readonly process: (event: NamedEvent) => Promise<string>;
  /** Has every further call judged by an environment of the authorizer that begins from now on. */
  readonly renewAuthorizer: () => Promise<void>;
  /** Absent where no plan gives its customers surrogate keys of their own. */
  readonly arrivals?: PlanArrivals;
  /** Whether payments are real. */
  readonly mode: () => Promise<KeyMode>;
  /** The secret of a new customer's checkout links. */
  readonly newLinkSecret: () => Uint8Array;
  readonly clock: Clock;
}

/** What the operator can mend, in one line for him. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}
