import type { ApiEntry, McpEntry } from '../../lib/private/catalogue';
import type { CredentialHeaders } from '../adapters/http-api-caller';
import type { CustomerDependencies } from '../customer/dependencies';
import type { IdentifiedCustomer } from '../customer/identify';
import type { ApiCaller } from '../domain/api-call';
import type { Resuming } from '../domain/resume';
import type { RetryStore } from '../domain/retry-state';
import type { Elicitation } from './client-abilities';
import type { DocumentReader } from './routes/document';

export interface McpDependencies extends CustomerDependencies {
  readonly apis: ReadonlyMap<string, ApiEntry>;
  readonly mcp: McpEntry;
  readonly retries: RetryStore;
  /** Absent where no requests are kept. */
  readonly resuming?: Resuming;
  /** Reads the API's own OpenAPI document. */
  readonly documents: DocumentReader;
  readonly openCaller: (publicUrl: string, credential: CredentialHeaders) => ApiCaller;
  /** 22 characters, no two of them the same. */
  readonly newId: () => string;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

/** One request of MCP's, with what every tool needs of it. */
export interface McpCall {
  /** Absent where no credential was sent. */
  readonly caller?: IdentifiedCustomer;
  readonly api: ApiEntry;
  /** The URL of the API, without a slash at its end. */
  readonly publicUrl: string;
  /** The URL of the billing routes, without a slash at its end. */
  readonly billingUrl: string;
  readonly requestId: string;
  /** Sent on to the API, and to nobody else. */
  readonly credential: CredentialHeaders;
  readonly elicitation: Elicitation;
  readonly dependencies: McpDependencies;
}
