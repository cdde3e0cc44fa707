import { Duration, Lazy, Stack } from 'aws-cdk-lib';
import type { IResource } from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Identity } from './identity';
import type { McpOptions } from './mcp-options';
import type { Payments } from './payments';
import type { PlanCatalogue } from './plan-catalogue';
import { addBillingMethod, admitHeaders, integrateBelow } from './private/billing-method';
import type { ApiEntry, BillingEntry, McpEntry } from './private/catalogue';
import { Environment } from './private/environment';
import { HandlerFunction } from './private/handler-function';
import {
  acceptsImportedKeys,
  knowsTokens,
  renderIdentities,
  renderSignUp,
  renderUnauthorized,
} from './private/identities';
import type { ProtectedApi } from './private/protected-api';
import { renderResume } from './private/resume';
import type { QuotaStore } from './quota-store';
import type { ResumeOptions } from './resume-options';
import type { SignUp } from './sign-up';

/** Properties of `McpServer`. */
export interface McpServerProps extends McpOptions {
  /** What is sold. */
  readonly catalogue: PlanCatalogue;

  /** Where balances are. */
  readonly store: QuotaStore;

  /** Who takes the money. */
  readonly payments: Payments;

  /** What purchases are marked with at Stripe. */
  readonly paywallId: string;

  /**
   * How new customers come.
   *
   * @default SignUp.checkout()
   */
  readonly signUp?: SignUp;

  /**
   * By what callers are known.
   *
   * @default [Identity.apiKeys()]
   */
  readonly identities?: Identity[];

  /**
   * How refused requests are kept.
   *
   * @default - they are not
   */
  readonly resume?: ResumeOptions;
}

/** Headers of MCP's own that a page of another origin sends. */
const HEADERS = ['Mcp-Session-Id', 'MCP-Protocol-Version', 'Mcp-Method', 'Mcp-Name', 'Last-Event-ID'];

/**
 * A server of the Model Context Protocol, by which agents see what is left, ask people to pay, and go on. It identifies its caller as the
 * billing routes do, keeps no sessions, and never spends quota itself.
 */
export class McpServer extends Construct {
  /** The function behind it. */
  public readonly handler: IFunction;

  private readonly apis: ApiEntry[] = [];

  constructor(scope: Construct, id: string, props: McpServerProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const { store, payments, identities, resume } = props;
    // Where a key comes from is told; how long a rotated one is served is the billing routes' affair.
    const billing: BillingEntry = {
      signUp: renderSignUp(identities, props.signUp),
      unauthorized: renderUnauthorized(identities),
      rotationOverlap: 0,
    };
    const mcp: McpEntry = { exposeRoutes: props.exposeRoutes ?? false };
    this.handler = new HandlerFunction(this, 'Handler', {
      bundle: 'mcp',
      description: 'Plans, payments and, where they are exposed, routes of the paid API as tools of MCP',
      // API Gateway's own limit.
      timeout: Duration.seconds(29),
      environment: {
        [Environment.TABLE_NAME]: store.table.tableName,
        [Environment.CATALOGUE]: props.catalogue._render(stack),
        [Environment.STRIPE_SECRET_KEY_ARN]: payments.secretKey.secretArn,
        [Environment.PAYWALL_ID]: props.paywallId,
        [Environment.CHECKOUT]: JSON.stringify(payments._renderCheckout()),
        [Environment.BILLING]: stack.toJsonString(billing),
        [Environment.MCP]: JSON.stringify(mcp),
        [Environment.APIS]: Lazy.string({ produce: () => stack.toJsonString(this.apis) }),
        ...(resume !== undefined && { [Environment.RESUME]: stack.toJsonString(renderResume(resume)) }),
        ...renderIdentities(stack, identities),
      },
    });
    store.grants.readCustomers(this.handler);
    store.grants.readLedger(this.handler);
    if (knowsTokens(identities)) {
      store.grants.openCustomers(this.handler);
    }
    if (mcp.exposeRoutes || resume !== undefined) {
      store.grants.keepRequests(this.handler);
    }
    if (acceptsImportedKeys(identities)) {
      store.grants.findImportedKeys(this.handler);
    }
    payments.secretKey.grantRead(this.handler);
  }

  /**
   * Adds `mcp` to the billing routes of an API.
   *
   * @internal
   */
  public _attach(api: ProtectedApi, billing: IResource, entry: ApiEntry): void {
    this.apis.push(entry);
    const resource = billing.addResource('mcp', {
      defaultCorsPreflightOptions: admitHeaders(api.cors, ...HEADERS),
    });
    const path = `/${entry.billingPath}/mcp`;
    const integration = integrateBelow(api, path, this.handler, `Invoke${this.apis.length}`);
    // GET and DELETE are answered with 405, as the protocol wants of a server without streams and sessions.
    for (const method of ['POST', 'GET', 'DELETE']) {
      addBillingMethod(method, resource, integration);
    }
  }
}
