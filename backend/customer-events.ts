/**
 * What the paywall tells of customers on EventBridge, as whoever handles the events gets it: `detail` by `detail-type`. The source
 * of all of them is `cdk-paywall`.
 */
export interface CustomerEventDetails {
  /** A part of the plan's own units of a period is used up. */
  readonly QuotaThresholdReached: QuotaThresholdReachedDetail;
  /** Who had nothing left has units again. */
  readonly QuotaRestored: QuotaRestoredDetail;
  /** A call was answered with 402; of a period, the first for each reason is told. */
  readonly PaymentRequired: PaymentRequiredDetail;
  /** A payment of a subscription has failed: the customer is served until the time of grace is over. */
  readonly PaymentFailed: PaymentFailedDetail;
  /** The customer is on another plan. */
  readonly PlanChanged: PlanChangedDetail;
  /** A key was taken away before its time was over. */
  readonly KeyRevoked: KeyRevokedDetail;
}

export type CustomerEventType = keyof CustomerEventDetails;

/** An event, as the target of a rule gets it. */
export interface CustomerEvent<Type extends CustomerEventType = CustomerEventType> {
  readonly source: 'cdk-paywall';
  readonly 'detail-type': Type;
  readonly time: string;
  readonly detail: CustomerEventDetails[Type];
}

/** Times are ISO 8601 in UTC. */
export interface CustomerEventDetail {
  /** The same whenever the same is told again: an event comes at least once. */
  readonly id: string;
  /** What the paywall marks purchases with: its `paywallId`. */
  readonly paywall: string;
  /** The customer's id. */
  readonly customer: string;
  /** The id of the plan that the customer is on. */
  readonly plan: string;
  /** When it happened. */
  readonly at: string;
}

/** What a customer may still spend; what execution environments hold by leases counts as spent. */
export interface RemainingUnits {
  /** Units that the plan includes a period; null where it has no limit. */
  readonly limit: number | null;
  /** Units that are left, bought ones included; null where the plan has no limit. */
  readonly remaining: number | null;
  /** When the plan's units come back; null where they never do, or there is no limit. */
  readonly resetsAt: string | null;
}

export interface QuotaThresholdReachedDetail extends CustomerEventDetail, RemainingUnits {
  /** Per cent of the plan's own units. */
  readonly threshold: number;
  /** The plan's own units that are used up; more than `limit`, where calls took more than was left. */
  readonly used: number;
  /** When the period has begun. */
  readonly periodStart: string;
}

export interface QuotaRestoredDetail extends CustomerEventDetail, RemainingUnits {
  /** `period`: a new one has begun; `plan`: another one has; `units`: some were bought, granted or given back. */
  readonly cause: 'period' | 'plan' | 'units';
}

export interface PaymentRequiredDetail extends CustomerEventDetail {
  /** As in the body of the 402. */
  readonly reason: 'quota_exhausted' | 'payment_failed' | 'route_not_in_plan' | 'usage_plan_quota_exceeded';
  /** `GET /forecast/{city}` */
  readonly route: string;
  /** API Gateway's id of the request that was refused. */
  readonly requestId: string;
  /** When the period has begun. */
  readonly periodStart: string;
}

export interface PaymentFailedDetail extends CustomerEventDetail {
  /** Until when the customer is served. */
  readonly graceEndsAt: string;
}

export interface PlanChangedDetail extends CustomerEventDetail, RemainingUnits {
  /** The id of the plan before. */
  readonly previousPlan: string;
}

export interface KeyRevokedDetail extends CustomerEventDetail {
  /** The key's id, which is no secret. */
  readonly keyId: string;
}
