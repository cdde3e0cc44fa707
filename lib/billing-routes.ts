import { Duration, Lazy, Stack, Validations } from 'aws-cdk-lib';
import {
  AuthorizationType,
  AwsIntegration,
  Cors,
  type CorsOptions,
  type IResource,
  type IRestApi,
  LambdaIntegration,
  type Method,
} from 'aws-cdk-lib/aws-apigateway';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Identity } from './identity';
import type { Payments } from './payments';
import type { PlanCatalogue } from './plan-catalogue';
import type { ApiEntry, BillingEntry, SignUpEntry } from './private/catalogue';
import { Environment } from './private/environment';
import { HandlerFunction } from './private/handler-function';
import { acceptsImportedKeys, acceptsKeys, renderIdentities, renderUnauthorized } from './private/identities';
import { requireInteger } from './private/validation';
import type { QuotaStore } from './quota-store';
import type { Settlement } from './settlement';
import { SignUp } from './sign-up';
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
  private takesReports = false;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: BillingRoutesProps,
  ) {
    super(scope, id);
    const stack = Stack.of(this);
    this._signUp = acceptsKeys(props.identities) ? (props.signUp ?? SignUp.checkout())._entry : { kind: 'byToken' };
    const billing: BillingEntry = {
      signUp: this._signUp,
      unauthorized: renderUnauthorized(props.identities),
      rotationOverlap: rotationOverlap(props.keyRotationOverlap ?? Duration.hours(24)),
    };
    this.fn = new HandlerFunction(this, 'Handler', {
      bundle: 'billing',
      description: 'Plans, checkout, welcome, usage and keys of the paid API',
      timeout: Duration.seconds(20),
      environment: {
        [Environment.TABLE_NAME]: props.store.table.tableName,
        [Environment.CATALOGUE]: props.catalogue._render(stack),
        [Environment.STRIPE_SECRET_KEY_ARN]: props.payments.secretKey.secretArn,
        [Environment.PAYWALL_ID]: props.paywallId,
        [Environment.CHECKOUT]: JSON.stringify(props.payments._renderCheckout()),
        [Environment.BILLING]: stack.toJsonString(billing),
        [Environment.APIS]: Lazy.string({ produce: () => stack.toJsonString(this.apis) }),
        ...renderIdentities(stack, props.identities),
      },
    });
    this.handler = this.fn;
    props.store.grants.manageCustomers(this.handler);
    props.store.grants.readLedger(this.handler);
    if (this._signUp.kind === 'open') {
      props.store.grants.countSignUps(this.handler);
    }
    props.payments.secretKey.grantRead(this.handler);
    if (acceptsImportedKeys(props.identities)) {
      props.store.grants.findImportedKeys(this.handler);
    }
  }

  /**
   * Adds the routes to an API.
   *
   * @internal
   */
  public _attach(api: IRestApi, entry: ApiEntry): IResource {
    const { path, webhook } = this.props;
    if (api.root.getResource(path) !== undefined) {
      throw new Error(
        `\`billingPath\` must be free, but the API has a resource of that name, got: ${JSON.stringify(path)}`,
      );
    }
    this.apis.push(entry);
    const billing = api.root.addResource(path, {
      defaultCorsPreflightOptions: admitClaim(api.root.defaultCorsPreflightOptions),
    });
    const integration = this.integrate(api, path);
    const add = (httpMethod: string, resource: IResource, target: AwsIntegration) =>
      acknowledgeOpen(
        resource.addMethod(httpMethod, target, { authorizationType: AuthorizationType.NONE, apiKeyRequired: false }),
      );
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
    if (Object.values(entry.costs).some((cost) => typeof cost === 'object')) {
      this.takeReports();
      add('POST', billing.addResource('reports').addResource('{token}'), integration);
    }
    if (webhook !== undefined) {
      const stripe = billing.addResource('stripe').addResource('webhook');
      add('POST', stripe, new LambdaIntegration(webhook.handler, { allowTestInvoke: false }));
    }
    return billing;
  }

  /** All methods of an API share one permission, since a function's policy has room for some 45 of them. */
  private integrate(api: IRestApi, path: string): AwsIntegration {
    this.handler.addPermission(`Invoke${this.apis.length}`, {
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: api.arnForExecuteApi('*', `/${path}/*`),
    });
    return new AwsIntegration({
      service: 'lambda',
      proxy: true,
      path: `2015-03-31/functions/${this.handler.functionArn}/invocations`,
    });
  }

  private takeReports(): void {
    if (!this.takesReports) {
      const queue = this.props.settlement._reports();
      this.fn.addEnvironment(Environment.REPORTS_QUEUE_URL, queue.queueUrl);
      queue.grant(this.fn, 'sqs:SendMessage');
      this.takesReports = true;
    }
  }
}

function rotationOverlap(overlap: Duration): number {
  if (!overlap.isUnresolved()) {
    requireInteger('keyRotationOverlap (seconds)', overlap.toSeconds({ integral: false }), 0, 30 * 86_400);
  }
  return overlap.toSeconds();
}

/** A page of another origin has no cookie of this one, so it sends its claim as a header. */
function admitClaim(cors: CorsOptions | undefined): CorsOptions | undefined {
  return cors && { ...cors, allowHeaders: [...(cors.allowHeaders ?? Cors.DEFAULT_HEADERS), CLAIM_HEADER] };
}

/** For those who check their app with cdk-nag. */
function acknowledgeOpen(method: Method): void {
  const reason = 'A billing route identifies its caller itself: who has no key, or no quota left, must be able to pay';
  Validations.of(method).acknowledge(
    { id: 'AwsSolutions::AwsSolutions-APIG4', reason },
    { id: 'AwsSolutions::AwsSolutions-COG4', reason },
  );
}
