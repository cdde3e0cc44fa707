import { Stack } from 'aws-cdk-lib';
import { AccessLogFormat, type IRestApi, RestApiBase } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { AgentPayments } from './agent-payments';
import { BillingRoutes } from './billing-routes';
import { CustomerEvents, type CustomerEventsProps } from './customer-events';
import type { Identity } from './identity';
import { McpServer } from './mcp-server';
import { ModelRoute, type ModelRouteOptions } from './model-route';
import { Operations } from './operations';
import { PaymentProcessor } from './payment-processor';
import { PaywallAlarms, type PaywallAlarmsOptions } from './paywall-alarms';
import { PaywallDashboard, type PaywallDashboardOptions } from './paywall-dashboard';
import type { PaywallProps } from './paywall-props';
import { PlanCatalogue } from './plan-catalogue';
import { ApiProtector } from './private/api-protector';
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
import { renderIdentities, requireIdentities, requireKeys } from './private/identities';
import { requireDiscovery } from './private/openapi/validate-options';
import { accessLogFormat } from './private/stage-access-log';
import { requirePathSegment } from './private/validation';
import type { ProtectOptions } from './protect-options';
import { QuotaAuthorizer } from './quota-authorizer';
import { QuotaStore } from './quota-store';
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
  /**
   * The format of an access log that `Refund.onServerError()` can read, for a stage that has a log of its own: a line of JSON.
   *
   * @param fields members to write beside the paywall's own: `{ "userAgent": "$context.identity.userAgent" }`
   */
  public static accessLogFormat(fields: { [name: string]: string } = {}): AccessLogFormat {
    return AccessLogFormat.custom(accessLogFormat(fields));
  }

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
  private readonly identities?: Identity[];
  private readonly apis: ApiProtector;
  private madeAlarms?: PaywallAlarms;
  /** Beside that of payments. */
  private readonly deadLetters = new DeadLetterQueues();

  constructor(scope: Construct, id: string, props: PaywallProps) {
    super(scope, id);
    setHandlerSettings(this, { ...props.logging, tracing: props.tracing });
    const { billingPath = 'billing' } = props;
    requirePathSegment('billingPath', billingPath);
    const catalogue = new PlanCatalogue(props);
    const { identities } = props;
    requireIdentities(identities, catalogue.plans);
    const { signUp, keyRotationOverlap, resume } = props;
    requireKeys(identities, { signUp, keyRotationOverlap });
    this.identities = identities;
    const discovery = requireDiscovery(props.discovery ?? {});
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
      path: billingPath,
      identities,
      resume,
      page: props.page,
      title: discovery.title,
    });
    const { mcp } = props;
    const sold = { catalogue, store, payments, paywallId, identities };
    this.mcp = mcp?.enabled === false ? undefined : new McpServer(this, 'Mcp', { ...mcp, ...sold, signUp, resume });
    this.eventsProps = { catalogue, store, settlement: this.settlement, paywallId, ...props.events };
    if (props.events !== undefined) {
      this.customerEvents = this.events;
    }
    const { agentPayments, operations, stripeCatalogue, settlement, billing } = this;
    const asked = { authorizer, agentPayments, billing, billingPath, mcp: this.mcp, discovery };
    const told = { usagePlans, settlement, operations, stripeCatalogue, webhook };
    this.apis = new ApiProtector(this, { catalogue, identities, ...asked, ...told });
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
    this.apis.protect(api, options);
  }

  /**
   * Adds a route to a protected API that passes calls on to a provider of language models, and charges them by their tokens.
   *
   * @param api an API that `protect` was called with before
   */
  public addModelRoute(api: IRestApi, options: ModelRouteOptions): ModelRoute {
    const entry = this.apis.entryOf(api);
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
      apis: this.apis.all.filter((api) => api instanceof RestApiBase),
      deadLetters: [paymentsDeadLetters(this.processor), ...this.deadLetters.all],
    };
  }

  private validateUse(): string[] {
    if (this.apis.all.length === 0) {
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
