import { Aspects, CfnOutput, Stack } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  type CfnAccount,
  type IResource,
  type IRestApi,
  RestApiBase,
} from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { AgentPayments } from './agent-payments';
import { BillingRoutes } from './billing-routes';
import { CustomerEvents, type CustomerEventsProps } from './customer-events';
import type { DiscoveryOptions } from './discovery';
import type { Identity } from './identity';
import { McpServer } from './mcp-server';
import { ModelRoute, type ModelRouteOptions } from './model-route';
import { Operations } from './operations';
import { PaymentGatewayResponses } from './payment-gateway-responses';
import { PaymentProcessor } from './payment-processor';
import { PaywallAlarms, type PaywallAlarmsOptions } from './paywall-alarms';
import { PaywallDashboard, type PaywallDashboardOptions } from './paywall-dashboard';
import type { PaywallProps } from './paywall-props';
import { PlanCatalogue } from './plan-catalogue';
import { Caching } from './private/caching';
import type { ApiEntry } from './private/catalogue';
import { corsOrigins } from './private/cors';
import {
  DeadLetterQueues,
  paymentsDeadLetters,
  settlementDeadLetters,
  surrogateKeysDeadLetters,
} from './private/dead-letters';
import { encryptBelow } from './private/encryption';
import { Environment } from './private/environment';
import { environmentErrors } from './private/environment-limit';
import { setHandlerSettings } from './private/handler-settings';
import { identityEntries, renderIdentities, requireIdentities, requireKeys } from './private/identities';
import { nameRoutes } from './private/named-routes';
import { DiscoveryRoutes } from './private/openapi/discovery-routes';
import { requireDiscovery } from './private/openapi/validate-options';
import { type ProtectedApi, requireProtectable } from './private/protected-api';
import { type FoundMethod, Protection } from './private/protection';
import { knownUrlOf, publicUrlOf } from './private/public-url';
import { Redeployment } from './private/redeployment';
import { RequestValidators } from './private/request-validators';
import { accessLogFormat, cloudWatchRole, hasCloudWatchRole, stageAccessLog } from './private/stage-access-log';
import { Transformation } from './private/transformation';
import { associateWebAcl } from './private/web-acl';
import type { ProtectOptions } from './protect-options';
import { QuotaAuthorizer } from './quota-authorizer';
import { QuotaStore } from './quota-store';
import { Refund } from './refund';
import { Settlement } from './settlement';
import { StripeCatalogue } from './stripe-catalogue';
import { StripeEventBridge } from './stripe-event-bridge';
import { StripeReconciler } from './stripe-reconciler';
import { StripeWebhook } from './stripe-webhook';
import { SurrogateKeys } from './surrogate-keys';
import { UsagePlans } from './usage-plans';

/**
 * Turns REST APIs of Amazon API Gateway into paid ones: callers spend quota, meet `402 Payment Required` when it is used up, pay
 * by Stripe, and go on.
 */
export class Paywall extends Construct {
  /** Everything that is sold. */
  public readonly catalogue: PlanCatalogue;

  /** Where balances are. */
  public readonly store: QuotaStore;

  /** What spends quota. */
  public readonly authorizer: QuotaAuthorizer;

  /** What charges the top-ups that calls pay for themselves, where `payments` has a `networkId`. */
  public readonly agentPayments?: AgentPayments;

  /** What API Gateway throttles by. */
  public readonly usagePlans: UsagePlans;

  /** What gives customers surrogate keys of their own; none where no plan has `ownThrottle`. */
  public readonly surrogateKeys?: SurrogateKeys;

  /** What turns payments into quota. */
  public readonly processor: PaymentProcessor;

  /** What takes Stripe's events, where they come by a webhook. */
  public readonly webhook?: StripeWebhook;

  /** What takes Stripe's events, where they come by EventBridge. */
  public readonly eventBridge?: StripeEventBridge;

  /** What makes products, prices and the webhook endpoint at Stripe. */
  public readonly stripeCatalogue: StripeCatalogue;

  /** What carries out the events that have not come. */
  public readonly reconciler: StripeReconciler;

  /** What answers the command-line tool. */
  public readonly operations: Operations;

  /** What customers sign up and pay by. */
  public readonly billing: BillingRoutes;

  /** What agents see and pay by; none where it is not enabled. */
  public readonly mcp?: McpServer;

  /** What gives back and settles calls. */
  public readonly settlement: Settlement;

  private readonly eventsProps: CustomerEventsProps;
  private customerEvents?: CustomerEvents;
  private readonly billingPath: string;
  private readonly identities?: Identity[];
  private readonly discovery: DiscoveryOptions;
  private cloudWatchAccount?: CfnAccount;
  private madeAlarms?: PaywallAlarms;
  /** Beside that of payments. */
  private readonly deadLetters = new DeadLetterQueues();
  /**
   * The format of an access log that `Refund.onServerError()` can read, for a stage that has a log of its own: a line of JSON.
   *
   * @param fields members to write beside the paywall's own: `{ "userAgent": "$context.identity.userAgent" }`
   */
  public static accessLogFormat(fields: { [name: string]: string } = {}): AccessLogFormat {
    return AccessLogFormat.custom(accessLogFormat(fields));
  }

  private readonly protected = new Map<IRestApi, ApiEntry>();

  constructor(scope: Construct, id: string, props: PaywallProps) {
    super(scope, id);
    setHandlerSettings(this, { ...props.logging, tracing: props.tracing });
    this.billingPath = props.billingPath ?? 'billing';
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(this.billingPath)) {
      throw new Error(
        `\`billingPath\` must be one path segment of letters, digits, - and _, got: ${JSON.stringify(this.billingPath)}`,
      );
    }
    const catalogue = new PlanCatalogue(props);
    const { identities } = props;
    requireIdentities(identities, catalogue.plans);
    const { signUp, keyRotationOverlap, resume } = props;
    requireKeys(identities, { signUp, keyRotationOverlap });
    this.identities = identities;
    this.discovery = requireDiscovery(props.discovery ?? {});
    const encryptionKey = props.encryptionKey ?? props.store?.encryptionKey;
    encryptBelow(this, encryptionKey);
    const store = props.store ?? new QuotaStore(this, 'Store', { encryptionKey });
    const { payments } = props;
    this.catalogue = catalogue;
    this.store = store;
    this.usagePlans = new UsagePlans(this, 'UsagePlans', { plans: catalogue.plans });
    const paywallId = props.paywallId ?? this.usagePlans.surrogateKeyPrefix;
    if (payments.networkId !== undefined) {
      this.agentPayments = new AgentPayments(this, 'AgentPayments', { catalogue, store, payments, paywallId });
    }
    this.authorizer = new QuotaAuthorizer(this, 'Authorizer', {
      catalogue,
      store,
      surrogateKeyPrefix: this.usagePlans.surrogateKeyPrefix,
      metering: props.metering,
      failurePolicy: props.failurePolicy,
      identities,
      agentPayments: this.agentPayments,
    });
    const { usagePlans } = this;
    this.surrogateKeys = catalogue.plans.some((plan) => plan.ownThrottle)
      ? new SurrogateKeys(this, 'SurrogateKeys', { catalogue, store, usagePlans })
      : undefined;
    const { surrogateKeys } = this;
    this.processor = new PaymentProcessor(this, 'Payments', { catalogue, store, payments, paywallId, surrogateKeys });
    const { processor } = this;
    const { _eventBridge: eventBridge } = payments.events;
    if (eventBridge === undefined) {
      this.webhook = new StripeWebhook(this, 'StripeWebhook', { payments, processor });
    } else {
      this.eventBridge = new StripeEventBridge(this, 'StripeEventBridge', { ...eventBridge, processor });
    }
    const { webhook } = this;
    this.stripeCatalogue = new StripeCatalogue(this, 'StripeCatalogue', { catalogue, payments, paywallId, webhook });
    this.reconciler = new StripeReconciler(this, 'Reconciler', { store, payments, processor });
    const { authorizer, reconciler } = this;
    const operated = { catalogue, store, payments, processor, authorizer, surrogateKeys, reconciler, identities };
    this.operations = new Operations(this, 'Operations', operated);
    if (webhook !== undefined) {
      this.operations._addWebhook(webhook);
    }
    this.settlement = new Settlement(this, 'Settlement', { store });
    this.deadLetters.add(settlementDeadLetters(this.settlement));
    if (surrogateKeys !== undefined) {
      this.deadLetters.add(surrogateKeysDeadLetters(surrogateKeys));
    }
    this.billing = new BillingRoutes(this, 'Billing', {
      catalogue,
      store,
      payments,
      paywallId,
      webhook,
      settlement: this.settlement,
      signUp,
      keyRotationOverlap,
      path: this.billingPath,
      identities,
      resume,
      page: props.page,
      title: this.discovery.title,
    });
    const { mcp } = props;
    const sold = { catalogue, store, payments, paywallId, identities };
    this.mcp = mcp?.enabled === false ? undefined : new McpServer(this, 'Mcp', { ...mcp, ...sold, signUp, resume });
    this.eventsProps = { catalogue, store, settlement: this.settlement, paywallId, ...props.events };
    if (props.events !== undefined) {
      this.customerEvents = this.events;
    }
    this.node.addValidation({ validate: () => this.validateUse() });
  }

  /** What tells what happens to customers; it is made when it is first asked for, and costs nothing before. */
  public get events(): CustomerEvents {
    if (this.customerEvents === undefined) {
      this.customerEvents = new CustomerEvents(this, 'Events', this.eventsProps);
      this.customerEvents._deadLetters.watch((one) => this.deadLetters.add(one));
    }
    return this.customerEvents;
  }

  /**
   * Makes an API a paid one: every method of it, also those that are added later, but for open routes, CORS preflight and the
   * billing routes, which are added here.
   *
   * @param api a REST API of the same stack: a `RestApi`, also a `LambdaRestApi` or `StepFunctionsRestApi`; a `SpecRestApi` of an inline
   *   definition; or one that `RestApi.fromRestApiAttributes` imports, with its `stage` in the options
   */
  public protect(api: IRestApi, options: ProtectOptions = {}): void {
    if (this.protected.has(api)) {
      throw new Error(`\`api\` must be protected once, got again: ${api.node.path}`);
    }
    const routes = nameRoutes(
      options,
      this.catalogue.plans.map((plan) => plan.id),
    );
    const refund = options.refund ?? Refund.onServerError();
    const restApi = requireProtectable(this, api, options);
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
      billingPath: this.billingPath,
      corsOrigins: corsOrigins(cors),
    };
    this.protected.set(api, entry);
    const name = api.node.id;
    const authorizer = this.authorizer._attach(restApi, entry);
    const responses = new PaymentGatewayResponses(this, `Responses-${name}`, {
      api,
      cors,
      paymentHeaders: options.paymentHeaders,
      identities: this.identities,
      badRequests: options.requests !== undefined,
    });
    const validators = new RequestValidators(this, `Requests-${name}`, api);
    const transformation = new Transformation(restApi, validators, options);
    const billing = this.billing._attach(restApi, entry, () => protection.tryable);
    const discovery = this.discover(restApi, entry, billing, () => protection.found);
    this.mcp?._attach(restApi, billing, entry);
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
    this.node.addValidation({ validate: () => [...protection.validate(), ...(restApi.definition?.validate() ?? [])] });
    this.usagePlans._addStage(restApi.stage);
    this.giveBack(restApi, refund, caching.isFree);
    if (options.webAclArn !== undefined) {
      associateWebAcl(this, `WebAcl-${name}`, restApi.stage, options.webAclArn);
    }
    this.operations._addApi(knownUrlOf(restApi, options.publicUrl), this.billingPath);
    if (this.webhook !== undefined) {
      const webhookUrl = `${publicUrlOf(restApi, options.publicUrl)}/${this.billingPath}/stripe/webhook`;
      this.stripeCatalogue._addWebhookUrl(webhookUrl);
      const description = 'What the Stripe webhook endpoint points at';
      new CfnOutput(this, `WebhookUrl-${name}`, { description, value: webhookUrl });
    }
  }

  /**
   * Adds a route to a protected API that passes calls on to a provider of language models, and charges them by their tokens.
   *
   * @param api an API that `protect` was called with before
   */
  public addModelRoute(api: IRestApi, options: ModelRouteOptions): ModelRoute {
    const entry = this.protected.get(api);
    if (entry === undefined) {
      throw new Error(`\`api\` must be protected before: call \`protect(api)\` first, got: ${api.node.path}`);
    }
    const { catalogue, store, settlement } = this;
    const count = this.node.children.filter((child) => child instanceof ModelRoute).length;
    const route = new ModelRoute(this, `Models${count + 1}`, { ...options, api, catalogue, store, settlement });
    route._attach(entry);
    return route;
  }

  /**
   * Makes CloudWatch alarms for what an operator must see to: calls that are not decided, payments that could not be carried out, a
   * reconciler that fails, dead letters, and more.
   */
  public alarms(options: PaywallAlarmsOptions = {}): PaywallAlarms {
    if (this.madeAlarms !== undefined) {
      throw new Error(`\`alarms\` must be called once, got again: ${this.node.path}`);
    }
    const { authorizer, store, processor, reconciler, webhook } = this;
    const watched = { authorizer, store, processor, reconciler, webhook };
    const alarms = new PaywallAlarms(this, 'Alarms', { ...options, ...watched });
    this.madeAlarms = alarms;
    this.deadLetters.watch((one) => void alarms._watch(one));
    return alarms;
  }

  /** Makes a CloudWatch dashboard of money, calls, Stripe's events and what waits for the operator. */
  public dashboard(options: PaywallDashboardOptions = {}): PaywallDashboard {
    if (this.node.tryFindChild('Dashboard') !== undefined) {
      throw new Error(`\`dashboard\` must be called once, got again: ${this.node.path}`);
    }
    return new PaywallDashboard(this, 'Dashboard', { ...options, paywall: this });
  }

  /**
   * What is watched beside the paywall's own parts; all of it is known when the app is complete.
   *
   * @internal
   */
  public _watched() {
    return {
      alarms: this.madeAlarms?.all ?? [],
      apis: [...this.protected.keys()].filter((api) => api instanceof RestApiBase),
      deadLetters: [paymentsDeadLetters(this.processor), ...this.deadLetters.all],
    };
  }

  /** Tells programs of the API; the methods are known when the app is complete. */
  private discover(
    api: ProtectedApi,
    entry: ApiEntry,
    billing: IResource,
    methods: () => FoundMethod[],
  ): DiscoveryRoutes | undefined {
    if (this.discovery.enabled === false) {
      return undefined;
    }
    const { plans, topUps, defaultPlan } = this.catalogue;
    const routes = new DiscoveryRoutes({
      api,
      options: this.discovery,
      entry,
      plans: plans.map((plan) => plan._render()),
      topUps: topUps.map((topUp) => topUp._render()),
      defaultPlan,
      isPaidByCalls: this.agentPayments !== undefined,
      signUp: this.billing._signUp.kind,
      identities: identityEntries(this.identities),
      billing,
      methods,
    });
    Aspects.of(api.api).add(routes);
    this.node.addValidation({ validate: () => routes.validate() });
    return routes;
  }

  private giveBack({ api, stage }: ProtectedApi, refund: Refund, isFreeWhenCached: boolean): void {
    if (!refund._onServerError) {
      return;
    }
    const name = `AccessLog-${api.node.id}`;
    if (refund._accessLog === undefined && refund._cloudWatchRole && !hasCloudWatchRole(api)) {
      this.cloudWatchAccount ??= cloudWatchRole(this);
      // Before it is there, API Gateway refuses to set a stage's log.
      stage.node.addDependency(this.cloudWatchAccount);
    }
    this.settlement._giveBack(name, refund._accessLog ?? stageAccessLog(this, name, stage, isFreeWhenCached));
  }

  private validateUse(): string[] {
    if (this.protected.size === 0) {
      return ['the paywall protects nothing: call `protect(api)`'];
    }
    const stack = Stack.of(this);
    const sold = {
      [Environment.CATALOGUE]: this.catalogue._render(stack),
      [Environment.APIS]: this.authorizer._renderApis(),
      ...renderIdentities(stack, this.identities),
    };
    const errors = environmentErrors(stack, sold);
    const page = this.billing._renderPage();
    return errors.length > 0 || page === undefined
      ? errors
      : environmentErrors(
          stack,
          { ...sold, [Environment.PAGE]: page },
          '`page`, beside `plans`, `topUps`, `costs`, `routePlans` and `identities`,',
        );
  }
}
