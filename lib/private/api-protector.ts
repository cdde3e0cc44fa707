import { Aspects, CfnOutput, Stack } from 'aws-cdk-lib';
import type { CfnAccount, IResource, IRestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';
import type { AgentPayments } from '../agent-payments';
import type { BillingRoutes } from '../billing-routes';
import type { DiscoveryOptions } from '../discovery';
import type { Identity } from '../identity';
import type { McpServer } from '../mcp-server';
import type { Operations } from '../operations';
import { PaymentGatewayResponses } from '../payment-gateway-responses';
import type { PlanCatalogue } from '../plan-catalogue';
import type { ProtectOptions } from '../protect-options';
import type { QuotaAuthorizer } from '../quota-authorizer';
import { Refund } from '../refund';
import type { Settlement } from '../settlement';
import type { StripeCatalogue } from '../stripe-catalogue';
import type { StripeWebhook } from '../stripe-webhook';
import type { UsagePlans } from '../usage-plans';
import { Caching } from './caching';
import type { ApiEntry } from './catalogue';
import { corsOrigins } from './cors';
import { identityEntries } from './identities';
import { nameRoutes } from './named-routes';
import { DiscoveryRoutes } from './openapi/discovery-routes';
import { type ProtectedApi, requireProtectable } from './protected-api';
import { type FoundMethod, Protection } from './protection';
import { knownUrlOf, publicUrlOf } from './public-url';
import { Redeployment } from './redeployment';
import { RequestValidators } from './request-validators';
import { cloudWatchRole, hasCloudWatchRole, stageAccessLog } from './stage-access-log';
import { Transformation } from './transformation';
import { associateWebAcl } from './web-acl';

/** What of a paywall an API that it protects is joined to. */
export interface ApiProtectorParts {
  readonly catalogue: PlanCatalogue;
  readonly identities?: Identity[];
  readonly authorizer: QuotaAuthorizer;
  readonly agentPayments?: AgentPayments;
  readonly billing: BillingRoutes;
  /** The first segment of the billing routes' path. */
  readonly billingPath: string;
  readonly mcp?: McpServer;
  readonly discovery: DiscoveryOptions;
  readonly usagePlans: UsagePlans;
  readonly settlement: Settlement;
  readonly operations: Operations;
  readonly stripeCatalogue: StripeCatalogue;
  readonly webhook?: StripeWebhook;
}

/** Makes APIs paid ones. What it makes stands beside the paywall's own parts. */
export class ApiProtector {
  private readonly entries = new Map<IRestApi, ApiEntry>();
  private cloudWatchAccount?: CfnAccount;

  constructor(
    private readonly paywall: Construct,
    private readonly parts: ApiProtectorParts,
  ) {}

  /** The APIs that are protected so far. */
  public get all(): readonly IRestApi[] {
    return [...this.entries.keys()];
  }

  /** What the handlers are told of an API; nothing where it is not protected. */
  public entryOf(api: IRestApi): ApiEntry | undefined {
    return this.entries.get(api);
  }

  /** Makes an API a paid one. */
  public protect(api: IRestApi, options: ProtectOptions): void {
    if (this.entries.has(api)) {
      throw new Error(`\`api\` must be protected once, got again: ${api.node.path}`);
    }
    const { paywall, parts } = this;
    const routes = nameRoutes(
      options,
      parts.catalogue.plans.map((plan) => plan.id),
    );
    const refund = options.refund ?? Refund.onServerError();
    const restApi = requireProtectable(paywall, api, options);
    const { cors } = restApi;
    const caching = new Caching({
      cache: options.cache ?? {},
      stage: restApi.stage,
      cacheClusterSize: options.cacheClusterSize,
      entry: { costs: routes.costEntries, routePlans: options.routePlans ?? {} },
      givesBack: refund._onServerError,
    });
    const entry: ApiEntry = {
      apiId: api.restApiId,
      costs: routes.costEntries,
      routePlans: options.routePlans ?? {},
      caches: caching.entries,
      billingPath: parts.billingPath,
      corsOrigins: corsOrigins(cors),
    };
    this.entries.set(api, entry);
    const name = api.node.id;
    const authorizer = parts.authorizer._attach(restApi, entry);
    const responses = new PaymentGatewayResponses(paywall, `Responses-${name}`, {
      api,
      cors,
      paymentHeaders: options.paymentHeaders,
      identities: parts.identities,
      badRequests: options.requests !== undefined,
    });
    const validators = new RequestValidators(paywall, `Requests-${name}`, api);
    const transformation = new Transformation(restApi, validators, options);
    const billing = parts.billing._attach(restApi, entry, () => protection.tryable);
    const discovery = this.discover(restApi, entry, billing, () => protection.found);
    parts.mcp?._attach(restApi, billing, entry);
    const protection = new Protection({
      api,
      authorizerId: authorizer.ref,
      own: () => [billing, ...(discovery?.resources ?? [])],
      open: routes.open,
      responses,
      named: {
        costs: routes.costs,
        open: routes.open,
        routePlans: routes.routePlans,
        cache: caching.routes,
        ...transformation.named,
      },
      paymentHeaders: options.paymentHeaders ?? true,
      caching,
      transformation,
    });
    Aspects.of(Stack.of(api)).add(protection);
    if (restApi.definition !== undefined) {
      Aspects.of(Stack.of(api)).add(restApi.definition);
    }
    if (restApi.deployment !== undefined) {
      Aspects.of(Stack.of(api)).add(new Redeployment(api, restApi.deployment));
    }
    paywall.node.addValidation({
      validate: () => [...protection.validate(), ...(restApi.definition?.validate() ?? [])],
    });
    parts.usagePlans._addStage(restApi.stage);
    this.giveBack(restApi, refund, caching.isFree);
    if (options.webAclArn !== undefined) {
      associateWebAcl(paywall, `WebAcl-${name}`, restApi.stage, options.webAclArn);
    }
    this.makeKnown(restApi, options.publicUrl);
  }

  /** Tells operators of the API, and Stripe where its events go. */
  private makeKnown(api: ProtectedApi, publicUrl: string | undefined): void {
    const { operations, webhook, stripeCatalogue, billingPath } = this.parts;
    operations._addApi(knownUrlOf(api, publicUrl), billingPath);
    if (webhook !== undefined) {
      const webhookUrl = `${publicUrlOf(api, publicUrl)}/${billingPath}/stripe/webhook`;
      stripeCatalogue._addWebhookUrl(webhookUrl);
      const description = 'What the Stripe webhook endpoint points at';
      new CfnOutput(this.paywall, `WebhookUrl-${api.api.node.id}`, { description, value: webhookUrl });
    }
  }

  /** Tells programs of the API; the methods are known when the app is complete. */
  private discover(
    api: ProtectedApi,
    entry: ApiEntry,
    billing: IResource,
    methods: () => FoundMethod[],
  ): DiscoveryRoutes | undefined {
    const { catalogue, agentPayments, billing: routesOfBilling, identities, discovery } = this.parts;
    if (discovery.enabled === false) {
      return undefined;
    }
    const { plans, topUps, defaultPlan } = catalogue;
    const routes = new DiscoveryRoutes({
      api,
      options: discovery,
      entry,
      plans: plans.map((plan) => plan._render()),
      topUps: topUps.map((topUp) => topUp._render()),
      defaultPlan,
      isPaidByCalls: agentPayments !== undefined,
      signUp: routesOfBilling._signUp.kind,
      identities: identityEntries(identities),
      billing,
      methods,
    });
    Aspects.of(api.api).add(routes);
    this.paywall.node.addValidation({ validate: () => routes.validate() });
    return routes;
  }

  private giveBack({ api, stage }: ProtectedApi, refund: Refund, isFreeWhenCached: boolean): void {
    if (!refund._onServerError) {
      return;
    }
    const name = `AccessLog-${api.node.id}`;
    if (refund._accessLog === undefined && refund._cloudWatchRole && !hasCloudWatchRole(api)) {
      this.cloudWatchAccount ??= cloudWatchRole(this.paywall);
      // Before it is there, API Gateway refuses to set a stage's log.
      stage.node.addDependency(this.cloudWatchAccount);
    }
    this.parts.settlement._giveBack(
      name,
      refund._accessLog ?? stageAccessLog(this.paywall, name, stage, isFreeWhenCached),
    );
  }
}
