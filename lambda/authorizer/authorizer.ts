import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { FREE_WHEN_CACHED } from '../../lib/private/access-log';
import { isHiddenFromCache } from '../../lib/private/cache-headers';
import { type ApiEntry, type Catalogue, chargedUnits, isReported, routeKeys } from '../../lib/private/catalogue';
import { credentialsOf, paymentCredentialOf, publicUrl, resourceUrl } from '../adapters/api-gateway';
import { type AgentPayments, SPENT_PAYMENT } from '../domain/agent-payment';
import { allowance, type Balance, boughtUnits, findPlan } from '../domain/balance';
import { blockedRevenue } from '../domain/blocked-revenue';
import { type ChargeRequest, charge, type Decision, type SpendingStore, type Tokens } from '../domain/charge';
import type { Clock } from '../domain/clock';
import type { DecidedCall } from '../domain/decision-window';
import { API_KEYS, callerOf, type Identity } from '../domain/identity';
import type { CredentialProblem, ExpectedPayment } from '../domain/payment-credential';
import { hostOf, paymentRequired, type RefusalReason } from '../domain/payment-required';
import { rateLimitHeaders } from '../domain/rate-limit';
import { missingUnits, type Recommendation } from '../domain/recommendation';
import { REPORT_LIFETIME, signReportToken } from '../domain/report-link';
import type { ChargedCall } from '../domain/settlement';
import { surrogateKeyOf } from '../domain/surrogate-key';
import { routeCode } from '../domain/usage';

export interface AuthorizerDependencies {
  readonly store: SpendingStore;
  readonly catalogue: Catalogue;
  readonly apis: ReadonlyMap<string, ApiEntry>;
  readonly surrogateKeyPrefix: string;
  readonly clock: Clock;
  /** Ids of charges, no two of them the same. */
  readonly newId: () => string;
  /** By what callers are known, in this order; by API keys where it is absent. */
  readonly identities?: readonly Identity[];
  /** Absent where nobody comes with a token. */
  readonly tokens?: Tokens;
  /** Absent where agents cannot pay by the Payment scheme. */
  readonly agentPayments?: AgentPayments & { readonly networkId: string };
}

type Event = APIGatewayRequestAuthorizerEvent;
type Context = NonNullable<APIGatewayAuthorizerResult['context']>;

/** API Gateway knows this very word; https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html */
const UNAUTHORIZED = 'Unauthorized';

/** No plan holds it, so API Gateway answers INVALID_API_KEY, 403: the status that no payment lifts. */
const SUSPENDED_KEY = 'suspended';

/** What is left under a plan without a limit, where something must be said. */
const UNLIMITED = 'unlimited';

/**
 * Throws `Unauthorized` where API Gateway shall answer 401, and any other error where it shall answer 503.
 *
 * @param tell is told, once, how a call of a known caller was decided
 */
export async function authorize(
  event: Event,
  dependencies: AuthorizerDependencies,
  tell: (call: DecidedCall) => void = () => undefined,
): Promise<APIGatewayAuthorizerResult> {
  const api = dependencies.apis.get(event.requestContext.apiId);
  if (api === undefined) {
    throw new Error(`the API ${event.requestContext.apiId} is not one that this paywall protects`);
  }
  const request = await identify(event, api, dependencies);
  if (request === undefined) {
    throw new Error(UNAUTHORIZED);
  }
  const { store, catalogue, clock, tokens } = dependencies;
  const decision = await charge(store, catalogue, request, clock, tokens);
  return answer({ event, request, api, dependencies, tell }, decision);
}

/** A call whose caller is known. */
interface KnownCall {
  readonly event: Event;
  readonly request: MeteredCall;
  readonly api: ApiEntry;
  readonly dependencies: AuthorizerDependencies;
  readonly tell: (call: DecidedCall) => void;
}

async function answer(call: KnownCall, decision: Decision): Promise<APIGatewayAuthorizerResult> {
  const { event, request, tell } = call;
  switch (decision.kind) {
    case 'granted':
      return allow(call, decision);
    case 'unauthorized':
      throw new Error(UNAUTHORIZED);
    case 'suspended':
      tell({ outcome: 'suspended', customer: request.customer, cost: request.cost });
      return policy('Allow', event, request.customer, {}, SUSPENDED_KEY);
    case 'payment_required':
      return (await payThenSpend(call, decision)) ?? deny(call, decision);
  }
}

type Granted = Extract<Decision, { kind: 'granted' }>;

type Refused = Extract<Decision, { kind: 'payment_required' }>;

/** What becomes of a call that pays for itself; nothing where none of that is tried, as bought units would not let it through. */
async function payThenSpend(call: KnownCall, refused: Refused): Promise<APIGatewayAuthorizerResult | undefined> {
  const { event, dependencies } = call;
  const credential = paymentCredentialOf(event);
  if (dependencies.agentPayments === undefined || credential === undefined || refused.reason !== 'quota_exhausted') {
    return undefined;
  }
  // Nobody pays because of what is only remembered: units may have come since, by another call's payment for instance.
  const confirmed = await decideAnew(call);
  if (confirmed.kind !== 'payment_required' || confirmed.reason !== 'quota_exhausted') {
    return answer(call, confirmed);
  }
  const payment = await dependencies.agentPayments.pay(credential, expectedPayment(call, confirmed.balance));
  if (payment.kind === 'refused') {
    return deny(call, confirmed, payment.problem);
  }
  const decision = await decideAnew(call);
  switch (decision.kind) {
    case 'granted':
      return allow(call, decision, payment.receipt);
    case 'payment_required':
      // Other calls have taken the units meanwhile, or long ago.
      return deny(call, decision, payment.credited ? undefined : SPENT_PAYMENT);
    default:
      return answer(call, decision);
  }
}

function decideAnew({ request, dependencies }: KnownCall): Promise<Decision> {
  const { store, catalogue, clock, tokens } = dependencies;
  store.forgetRefusal?.(request.customer);
  return charge(store, catalogue, request, clock, tokens);
}

function expectedPayment({ event, request, api, dependencies }: KnownCall, balance: Balance): ExpectedPayment {
  const { agentPayments, catalogue, clock } = dependencies;
  return {
    customer: request.customer,
    linkSecret: balance.linkSecret,
    realm: hostOf(billingUrl(event, api)),
    networkId: agentPayments?.networkId ?? '',
    catalogue,
    missing: missingUnits({ balance, cost: request.cost }),
    now: clock(),
  };
}

function deny(
  call: KnownCall,
  { balance, reason }: Refused,
  credentialProblem?: CredentialProblem,
): APIGatewayAuthorizerResult {
  const { event, request, dependencies, tell } = call;
  const { customer, cost } = request;
  const { context, recommendation } = paymentContext(call, balance, reason, credentialProblem);
  const plan = findPlan(dependencies.catalogue, balance.plan);
  const blocked = blockedRevenue(recommendation, plan, cost);
  const { remaining } = allowance(plan, balance);
  tell({ outcome: 'payment_required', customer, cost, plan: plan.id, remaining, reason, blocked });
  return policy('Deny', event, request.customer, {
    // The access log takes these four; by them a customer's first refusal is told.
    customer: request.customer,
    plan: balance.plan,
    period: String(balance.periodStart),
    reason,
    ...context,
  });
}

interface MeteredCall extends ChargeRequest {
  /** Whether `cost` is an estimate, and the backend reports what the call took. */
  readonly isReported: boolean;
  /** Whether it costs nothing if it is answered from the cache. */
  readonly isFreeWhenCached: boolean;
}

const BY_KEYS = [API_KEYS];

/** Who calls, and what the route costs; nothing where the request carries no credential that does. */
async function identify(
  event: Event,
  api: ApiEntry,
  { identities = BY_KEYS }: AuthorizerDependencies,
): Promise<MeteredCall | undefined> {
  const caller = await callerOf(identities, credentialsOf(event));
  if (caller === undefined) {
    return undefined;
  }
  const route = routeKeys(event.httpMethod, event.resource);
  const named = <T>(entries: Readonly<Record<string, T>>) =>
    route.map((name) => entries[name]).find((entry) => entry !== undefined);
  const cost = named(api.costs);
  const cache = api.caches && named(api.caches);
  if (cache !== undefined && isHiddenFromCache(Object.keys(event.headers ?? {}), cache)) {
    // To the cache, he would be one with everybody else whom it cannot tell.
    return undefined;
  }
  return {
    ...caller,
    route: `${event.httpMethod} ${event.resource}`,
    cost: chargedUnits(cost),
    isReported: isReported(cost),
    isFreeWhenCached: cache?.free === true,
    plans: named(api.routePlans),
  };
}

function allow(
  call: KnownCall,
  { balance, leased = false }: Granted,
  paymentReceipt?: string,
): APIGatewayAuthorizerResult {
  const { event, request, api, dependencies, tell } = call;
  const plan = findPlan(dependencies.catalogue, balance.plan);
  const { limit, remaining } = allowance(plan, balance);
  const { customer, cost, route } = request;
  tell({ outcome: 'granted', customer, cost, plan: plan.id, remaining, leased });
  const charged: ChargedCall = {
    chargeId: dependencies.newId(),
    customer,
    charged: cost,
    bought: boughtUnits(balance, request.cost),
    period: balance.periodStart,
    ...(route !== undefined && { counted: { route: routeCode(route), units: cost } }),
  };
  const context: Context = {
    customer: request.customer,
    plan: plan.id,
    // The access log takes these four; by them a call that is not served is given back.
    charge: charged.chargeId,
    cost: request.cost,
    bought: charged.bought,
    period: charged.period,
    ...(request.isFreeWhenCached && { cachedCost: FREE_WHEN_CACHED }),
    ...(request.isReported && { report: reportUrl(event, charged, balance, api, dependencies) }),
    // A backend that finds neither serves a plan without a limit.
    ...(limit !== undefined && { remaining, limit }),
    // The source of a request header, which is never to be missing: what the caller has sent in the header would go through.
    remainingUnits: remaining ?? UNLIMITED,
    // Where the API passes them on, they are headers of the answer.
    ...rateLimitHeaders(plan, balance, dependencies.clock()),
    ...(paymentReceipt !== undefined && { paymentReceipt }),
    // Only API Gateway can tell whether its own quota is over; the 402 that it would answer with must be ready before.
    ...(plan.usagePlanQuota && paymentContext(call, balance, 'usage_plan_quota_exceeded').context),
  };
  const surrogateKey = surrogateKeyOf(dependencies.surrogateKeyPrefix, plan, request.customer, balance);
  return policy('Allow', event, request.customer, context, surrogateKey);
}

/** Where the backend reports what the call took. */
function reportUrl(
  event: Event,
  call: ChargedCall,
  { linkSecret }: Balance,
  api: ApiEntry,
  { clock }: AuthorizerDependencies,
): string {
  const token = signReportToken(call, clock() + REPORT_LIFETIME, linkSecret);
  return `${billingUrl(event, api)}/reports/${token}`;
}

function billingUrl(event: Event, { billingPath }: ApiEntry): string {
  return `${publicUrl(event)}/${billingPath}`;
}

/** The 402, ready to be substituted into a gateway response. */
function paymentContext(
  { event, request, api, dependencies }: KnownCall,
  balance: Balance,
  reason: RefusalReason,
  credentialProblem?: CredentialProblem,
): { readonly context: Context; readonly recommendation: Recommendation } {
  const { body, headers, recommendation } = paymentRequired(dependencies.catalogue, {
    customer: request.customer,
    reason,
    balance,
    cost: request.cost,
    plans: request.plans,
    requestId: event.requestContext.requestId,
    resourceUrl: resourceUrl(event),
    billingUrl: billingUrl(event, api),
    now: dependencies.clock(),
    networkId: dependencies.agentPayments?.networkId,
    credentialProblem,
  });
  return { context: { problem: JSON.stringify(body), ...headers }, recommendation };
}

function policy(
  effect: 'Allow' | 'Deny',
  event: Event,
  principalId: string,
  context: Context,
  usageIdentifierKey?: string,
): APIGatewayAuthorizerResult {
  return {
    principalId,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: event.methodArn }],
    },
    context,
    usageIdentifierKey,
  };
}
