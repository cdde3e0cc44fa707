/** What the constructs tell the handlers: plain data, serialised into the environment (`environment.ts`). */
export interface Catalogue {
  readonly plans: readonly PlanEntry[];
  readonly topUps: readonly TopUpEntry[];
  /** The id of the plan that a new customer starts on, and a cancelled one falls back to. */
  readonly defaultPlan: string;
  /** Seconds of service that a customer keeps after a failed renewal. */
  readonly gracePeriod: number;
  /** Whether bought units are taken back whose money has gone back. */
  readonly clawback: boolean;
}

export interface PlanEntry {
  readonly id: string;
  readonly name: string;
  readonly quota: QuotaEntry;
  /** Absent for a free plan. */
  readonly price?: PriceEntry;
  /** Days that a new subscription is free for. */
  readonly trialDays?: number;
  /** Whether API Gateway refuses calls of this plan by a coarse quota of its own. */
  readonly usagePlanQuota: boolean;
  /** How many surrogate API keys the plan's usage plan holds. */
  readonly lanes: number;
  /** Whether each customer gets a surrogate key of his own beside them. */
  readonly ownThrottle?: boolean;
}

/** `billing` is the subscription's own period, `once` never ends, and `unlimited` has no units to come back. */
export type Period = 'day' | 'week' | 'month' | 'billing' | 'once' | 'unlimited';

export interface QuotaEntry {
  /** Absent where there is no limit. */
  readonly units?: number;
  readonly period: Period;
  /** The IANA time zone of a day, week or month; UTC where it is absent. */
  readonly timeZone?: string;
}

export interface PriceEntry {
  /** In the currency's minor unit. */
  readonly amount?: number;
  /** ISO 4217, lower case, as Stripe writes it. */
  readonly currency?: string;
  readonly interval?: 'month' | 'year';
  /** The id of a price that exists at Stripe; it stands in place of the three above. */
  readonly stripePrice?: string;
}

export interface TopUpEntry {
  readonly id: string;
  readonly name: string;
  readonly units: number;
  readonly price: PriceEntry;
}

/** How Checkout is opened. */
export interface CheckoutEntry {
  /** Whether it takes promotion codes. */
  readonly promotionCodes: boolean;
  /** Whether Stripe Tax computes taxes. */
  readonly automaticTax: boolean;
}

/** How new customers come: `byToken` by their first call. `perHour` is how many a source address may make. */
export type SignUpEntry =
  | { readonly kind: 'checkout' | 'closed' | 'byToken' }
  | { readonly kind: 'open'; readonly perHour: number };

/** What a 401 says. */
export interface UnauthorizedEntry {
  /** What is accepted, in a sentence. */
  readonly detail: string;
  /** The same, as `WWW-Authenticate`. */
  readonly challenge: string;
}

/** What the billing routes are held to. */
export interface BillingEntry {
  readonly signUp: SignUpEntry;
  readonly unauthorized: UnauthorizedEntry;
  /** The most seconds for which a key is served that was rotated, and how many where the customer names none. */
  readonly rotationOverlap: number;
}

/** How long, and how large, refused requests are kept. */
export interface ResumeEntry {
  /** Seconds. */
  readonly lifetime: number;
  /** Of a request's body. */
  readonly maxBytes: number;
}

/** What the MCP server offers. */
export interface McpEntry {
  /** Whether there is a tool for each protected route. */
  readonly exposeRoutes: boolean;
}

/** How the authorizer counts: call by call where there is no block, and what it does where it cannot. */
export interface MeteringEntry {
  /** The most units that an execution environment takes in advance. */
  readonly maxBlock?: number;
  /** Milliseconds that they are spent for without asking the store. */
  readonly life?: number;
  /** Calls a minute that a known customer is served while the store cannot answer; none where it is absent. */
  readonly openCallsPerMinute?: number;
}

/**
 * Units; or an estimate of them that is reserved until it is told what the call took: by the backend, or by the model proxy, which needs no
 * link for that.
 */
export type CostEntry = number | { readonly estimate: number; readonly isOfModel?: true };

/** How answers of a route are cached. */
export interface CacheEntry {
  /** Whether customers get their own answers alone, found by the headers that carry credentials. */
  readonly perCustomer?: boolean;
  /** The headers besides those by which answers are found. */
  readonly headers?: readonly string[];
  /** Whether calls cost nothing that are answered from the cache. */
  readonly free?: boolean;
}

export interface ApiEntry {
  readonly apiId: string;
  /** `POST /search` or `ANY /reports/*` → what a call costs; a route that is not named costs 1. */
  readonly costs: Readonly<Record<string, CostEntry>>;
  /** `POST /search` → the ids of the plans that include it; a route that is not named is in every plan. */
  readonly routePlans: Readonly<Record<string, readonly string[]>>;
  /** `GET /search` → how its answers are cached; absent where none are. */
  readonly caches?: Readonly<Record<string, CacheEntry>>;
  /** The first segment of the billing routes' path. */
  readonly billingPath: string;
  /** Origins that CORS admits on the billing routes; empty where CORS is off. */
  readonly corsOrigins: readonly string[];
}

/** Whether the backend tells what the call took, by a link. */
export function isReported(cost: CostEntry | undefined): boolean {
  return typeof cost === 'object' && cost.isOfModel !== true;
}

/** Units that a call of that cost is charged before it is served. */
export function chargedUnits(cost: CostEntry | undefined): number {
  return typeof cost === 'object' ? cost.estimate : (cost ?? 1);
}

/** The keys under which a route may stand in `ApiEntry`, the most telling first: the route itself, then what it is below. */
export function routeKeys(httpMethod: string, resourcePath: string): string[] {
  const segments = resourcePath.split('/').slice(1);
  const above = segments.map((_, index) => `/${[...segments.slice(0, -1 - index), '*'].join('/')}`);
  return [resourcePath, ...above].flatMap((path) => [`${httpMethod} ${path}`, `ANY ${path}`]);
}
