/** What the constructs tell the handlers: plain data, serialised into the environment (`environment.ts`). */
export interface Catalogue {
  readonly plans: readonly PlanEntry[];
  readonly topUps: readonly TopUpEntry[];
  /** The id of the plan that a new customer starts on, and a cancelled one falls back to. */
  readonly defaultPlan: string;
  /** Seconds of service that a customer keeps after a failed renewal. */
  readonly gracePeriod: number;
}

export interface PlanEntry {
  readonly id: string;
  readonly name: string;
  readonly quota: QuotaEntry;
  /** Absent for a free plan. */
  readonly price?: PriceEntry;
  /** Whether API Gateway refuses calls of this plan by a coarse quota of its own. */
  readonly usagePlanQuota: boolean;
  /** How many surrogate API keys the plan's usage plan holds. */
  readonly lanes: number;
}

export type Period = 'day' | 'week' | 'month' | 'once';

export interface QuotaEntry {
  readonly units: number;
  readonly period: Period;
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

/** How the authorizer counts: call by call where there is no block, and what it does where it cannot. */
export interface MeteringEntry {
  /** The most units that an execution environment takes in advance. */
  readonly maxBlock?: number;
  /** Milliseconds that they are spent for without asking the store. */
  readonly life?: number;
  /** Calls a minute that a known customer is served while the store cannot answer; none where it is absent. */
  readonly openCallsPerMinute?: number;
}

export interface ApiEntry {
  readonly apiId: string;
  /** `POST /search` or `ANY /reports/*` → units; a route that is not named costs 1. */
  readonly costs: Readonly<Record<string, number>>;
  /** `POST /search` → the ids of the plans that include it; a route that is not named is in every plan. */
  readonly routePlans: Readonly<Record<string, readonly string[]>>;
  /** The first segment of the billing routes' path. */
  readonly billingPath: string;
  /** Origins that CORS admits on the billing routes; empty where CORS is off. */
  readonly corsOrigins: readonly string[];
}

/** The keys under which a route may stand in `ApiEntry`, the most telling first: the route itself, then what it is below. */
export function routeKeys(httpMethod: string, resourcePath: string): string[] {
  const segments = resourcePath.split('/').slice(1);
  const above = segments.map((_, index) => `/${[...segments.slice(0, -1 - index), '*'].join('/')}`);
  return [resourcePath, ...above].flatMap((path) => [`${httpMethod} ${path}`, `ANY ${path}`]);
}
