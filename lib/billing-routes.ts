import { Duration, Lazy, Stack } from 'aws-cdk-lib';
import type { IResource } from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Identity } from './identity';
import type { PageOptions } from './page-options';
import type { Payments } from './payments';
import type { PlanCatalogue } from './plan-catalogue';
import { addBillingMethod, admitHeaders, integrateBelow } from './private/billing-method';
import { type ApiEntry, type BillingEntry, isReported, type SignUpEntry } from './private/catalogue';
import { allowOnQueue } from './private/encryption';
import { Environment } from './private/environment';
import { HandlerFunction } from './private/handler-function';
import {
  acceptsImportedKeys,
  acceptsKeys,
  renderIdentities,
  renderSignUp,
  renderUnauthorized,
} from './private/identities';
import { renderPage, tryableOf } from './private/page';
import type { PageApiEntry, PageEntry } from './private/page-entry';
import { addToRoot, hasAtRoot, type ProtectedApi, resourceOf } from './private/protected-api';
import { renderResume } from './private/resume';
import { requireInteger } from './private/validation';
import type { QuotaStore } from './quota-store';
import type { ResumeOptions } from './resume-options';
import type { Settlement } from './settlement';
import type { SignUp } from './sign-up';
import type { StripeWebhook } from './stripe-webhook';

/** Properties of `BillingRoutes`. */
export interface BillingRoutesProps {
  /** What is sold. */
  readonly catalogue: PlanCatalogue;

  /** Where balances are. */
  readonly store: QuotaStore;

  /** Who takes the money. */
  readonly payments: Payments;

  /**
   * What serves `stripe/webhook`.
   *
   * @default - there is no such route
   */
  readonly webhook?: StripeWebhook;

  /** What purchases are marked with at Stripe. */
  readonly paywallId: string;

  /** What settles the costs that backends report. */
  readonly settlement: Settlement;

  /** The first segment of the routes' path, without a slash. */
  readonly path: string;

  /**
   * How new customers come for keys.
   *
   * @default SignUp.checkout(), where callers are known by keys
   */
  readonly signUp?: SignUp;

  /**
   * How long a key is served beside the one that its owner has put in its place, between 0 and 30 days.
   *
   * @default Duration.hours(24)
   */
  readonly keyRotationOverlap?: Duration;

  /**
   * By what callers are known.
   *
   * @default [Identity.apiKeys()]
   */
  readonly identities?: Identity[];

  /**
   * How refused requests are kept, by `POST requests`.
   *
   * @default - they are not
   */
  readonly resume?: ResumeOptions;

  /**
   * The customer's page, at the path itself.
   *
   * @default - there is one, under the API's own name
   */
  readonly page?: PageOptions;

  /**
   * What the API is called, where `page` does not say so.
   *
   * @default - the name of the protected API
   */
  readonly title?: string;
}

/** What an API's page tells of it; its methods are known when the app is complete. */
interface PageApi {
  readonly api: ProtectedApi;
  readonly entry: ApiEntry;
  readonly routes: () => readonly string[];
}

/** The header by which a program shows that it has started a checkout. */
const CLAIM_HEADER = 'X-Checkout-Claim';

/**
 * The routes by which customers sign up, pay, see what is left, and, where they are known by keys, keep these. They identify the caller,
 * and never spend quota.
 */
export class BillingRoutes extends Construct {
  /** The function behind all of them but the webhook. */
  public readonly handler: IFunction;

  /**
   * How new customers come.
   *
   * @internal
   */
  public readonly _signUp: SignUpEntry;

  private readonly fn: HandlerFunction;
  private readonly apis: ApiEntry[] = [];
  private readonly page?: Omit<PageEntry, 'apis'>;
  private readonly pageApis: PageApi[] = [];
  private takesReports = false;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: BillingRoutesProps,
  ) {
    super(scope, id);
    const stack = Stack.of(this);
    this.page = renderPage(props.page, props.title);
    this._signUp = renderSignUp(props.identities, props.signUp);
    const billing: BillingEntry = {
      signUp: this._signUp,
      unauthorized: renderUnauthorized(props.identities),
      rotationOverlap: rotationOverlap(props.keyRotationOverlap ?? Duration.hours(24)),
    };
    this.fn = new HandlerFunction(this, 'Handler', {
      bundle: 'billing',
      description: 'Plans, checkout, welcome, usage and keys of the paid API',
      // Who runs a request that was kept waits for the API; beyond 29 seconds API Gateway waits for nobody.
      timeout: Duration.seconds(props.resume === undefined ? 20 : 29),
      environment: {
        [Environment.TABLE_NAME]: props.store.table.tableName,
        [Environment.CATALOGUE]: props.catalogue._render(stack),
        [Environment.STRIPE_SECRET_KEY_ARN]: props.payments.secretKey.secretArn,
        [Environment.PAYWALL_ID]: props.paywallId,
        [Environment.CHECKOUT]: JSON.stringify(props.payments._renderCheckout()),
        [Environment.BILLING]: stack.toJsonString(billing),
        [Environment.APIS]: Lazy.string({ produce: () => stack.toJsonString(this.apis) }),
        ...(props.resume !== undefined && { [Environment.RESUME]: stack.toJsonString(renderResume(props.resume)) }),
        ...(this.page !== undefined && { [Environment.PAGE]: Lazy.string({ produce: () => this._renderPage() }) }),
        ...renderIdentities(stack, props.identities),
      },
    });
    this.handler = this.fn;
    props.store.grants.manageCustomers(this.handler);
    props.store.grants.readLedger(this.handler);
    props.store.grants.readRoutes(this.handler);
    if (this._signUp.kind === 'open') {
      props.store.grants.countSignUps(this.handler);
    }
    if (props.resume !== undefined) {
      props.store.grants.keepRequests(this.handler);
    }
    props.payments.secretKey.grantRead(this.handler);
    if (acceptsImportedKeys(props.identities)) {
      props.store.grants.findImportedKeys(this.handler);
    }
  }

  /**
   * Adds the routes to an API.
   *
   * @param routes resource paths of the API's protected GET methods, which are known when the app is complete
   * @internal
   */
  public _attach(api: ProtectedApi, entry: ApiEntry, routes: () => readonly string[] = () => []): IResource {
    const { path, webhook } = this.props;
    if (hasAtRoot(api, path)) {
      throw new Error(
        `\`billingPath\` must be free, but the API has a resource of that name, got: ${JSON.stringify(path)}`,
      );
    }
    this.apis.push(entry);
    // A page of another origin has no cookie of this one, so it sends its claim as a header.
    const billing = addToRoot(api, path, admitHeaders(api.cors, CLAIM_HEADER));
    const invocation = `Invoke${this.apis.length}`;
    const add = addBillingMethod;
    // With a page the path itself is the handler's as well, in the same statement.
    const below = this.page === undefined ? `/${path}/*` : `/${path}*`;
    const integration = integrateBelow(api, below, this.handler, invocation);
    if (this.page !== undefined) {
      this.pageApis.push({ api, entry, routes });
      add('GET', billing, integration);
      add('POST', billing, integration);
    }
    add('GET', billing.addResource('plans'), integration);
    const checkout = billing.addResource('checkout');
    add('POST', checkout, integration);
    add('GET', checkout.addResource('{token}'), integration);
    add('GET', billing.addResource('welcome'), integration);
    add('GET', billing.addResource('usage'), integration);
    add('POST', billing.addResource('portal'), integration);
    if (acceptsKeys(this.props.identities)) {
      const keys = billing.addResource('keys');
      add('GET', keys, integration);
      add('POST', keys, integration);
      const key = keys.addResource('{keyId}');
      add('DELETE', key, integration);
      add('POST', key.addResource('rotate'), integration);
    }
    if (this._signUp.kind === 'open') {
      add('POST', billing.addResource('sign-up'), integration);
    }
    if (Object.values(entry.costs).some(isReported)) {
      this.takeReports();
      add('POST', billing.addResource('reports').addResource('{token}'), integration);
    }
    if (this.props.resume !== undefined) {
      const requests = billing.addResource('requests');
      add('POST', requests, integration);
      const request = requests.addResource('{token}');
      add('GET', request, integration);
      add('POST', request, integration);
    }
    if (webhook !== undefined) {
      const stripe = billing.addResource('stripe').addResource('webhook');
      add('POST', stripe, integrateBelow(api, `/${path}/stripe/webhook`, webhook.handler, invocation));
    }
    return billing;
  }

  /**
   * The page as its handler reads it; nothing where there is none.
   *
   * @internal
   */
  public _renderPage(): string | undefined {
    const apis = this.pageApis.map(
      ({ api, entry, routes }): PageApiEntry => ({
        apiId: entry.apiId,
        name: nameOf(api),
        tryable: tryableOf(routes()),
      }),
    );
    return this.page && Stack.of(this).toJsonString({ ...this.page, apis });
  }

  private takeReports(): void {
    if (!this.takesReports) {
      const queue = this.props.settlement._reports();
      this.fn.addEnvironment(Environment.REPORTS_QUEUE_URL, queue.queueUrl);
      allowOnQueue(queue, this.fn, 'sqs:SendMessage');
      this.takesReports = true;
    }
  }
}

function nameOf({ api }: ProtectedApi): string {
  return resourceOf(api)?.name || api.restApiName || api.node.id;
}

function rotationOverlap(overlap: Duration): number {
  if (!overlap.isUnresolved()) {
    requireInteger('keyRotationOverlap (seconds)', overlap.toSeconds({ integral: false }), 0, 30 * 86_400);
  }
  return overlap.toSeconds();
}
