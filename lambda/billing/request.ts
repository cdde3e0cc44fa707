import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { ApiEntry } from '../../lib/private/catalogue';
import type { PageEntry } from '../../lib/private/page-entry';
import type { CustomerDependencies } from '../customer/dependencies';
import type { AuditLog } from '../domain/audit';
import type { KeyStore } from '../domain/keys';
import type { Resuming } from '../domain/resume';
import type { ReportQueue } from '../domain/settlement';
import type { SignUpCounter } from '../domain/sign-up-limit';
import type { UsageHistory } from '../domain/usage';

export interface BillingDependencies extends CustomerDependencies {
  readonly keys: KeyStore;
  readonly auditLog: AuditLog;
  readonly usageHistory: UsageHistory;
  readonly apis: ReadonlyMap<string, ApiEntry>;
  /** What whoever starts a checkout is known by. */
  readonly newClaim: () => string;
  /** Absent where sign-up is not open. */
  readonly signUps?: SignUpCounter;
  /** Absent where no requests are kept. */
  readonly resuming?: Resuming;
  /** Absent where no route's cost is reported. */
  readonly reports?: ReportQueue;
  /** Absent where there is no customer's page. */
  readonly page?: PageEntry;
}

/** A request of a billing route, with what every route needs of it. */
export interface BillingRequest {
  readonly event: APIGatewayProxyEvent;
  readonly requestId: string;
  readonly api: ApiEntry;
  /** The URL of the billing routes, without a slash at its end. */
  readonly billingUrl: string;
}
