/**
 * What the tool asks the functions for `cdk-paywall doctor`, and what they answer: facts, which the tool judges. Nothing in them is secret.
 * Times are ISO 8601.
 */

/** What the functions of payments take in place of their own events. */
export interface DiagnosisRequest {
  readonly diagnose: true;
}

/** A fact, or why it is not known. */
export type Fact<Value> = { readonly value: Value } | { readonly error: string };

/** What the reconciler is asked. */
export interface PaymentsDiagnosisRequest extends DiagnosisRequest {
  /** Where this paywall's events go; null where that is not known, or they come by EventBridge. */
  readonly webhookUrl: string | null;
}

/** What the reconciler knows: it has Stripe's key, its place among the events, and the dead-letter queue. */
export interface PaymentsDiagnosis {
  /** The function's own clock. */
  readonly now: string;
  /** What the secret holds: the form of it, and never itself. */
  readonly secretKey: Fact<'test' | 'live' | 'unknown'>;
  readonly account: Fact<StripeAccountFacts>;
  readonly endpoints: Fact<readonly WebhookEndpointFacts[]>;
  /** The version of Stripe's API that events are read in. */
  readonly apiVersion: string;
  /** The types of events that count. */
  readonly handledEvents: readonly string[];
  /** The newest event that Stripe lists of these types; null where there is none. */
  readonly newestEvent: Fact<EventFacts | null>;
  /** How far the reconciler has come; null where it has not run. */
  readonly cursor: Fact<CursorFacts | null>;
  readonly deadLetters: Fact<number>;
}

export interface StripeAccountFacts {
  /** `acct_…` */
  readonly id: string;
  readonly chargesEnabled: boolean;
  /** Stripe's clock, as its answer had it; null where it had none. */
  readonly date: string | null;
}

/** A webhook endpoint at the URL that was asked about. */
export interface WebhookEndpointFacts {
  /** `we_…` */
  readonly id: string;
  readonly enabled: boolean;
  /** Null where it is the account's own. */
  readonly apiVersion: string | null;
  readonly events: readonly string[];
}

export interface EventFacts {
  readonly type: string;
  readonly created: string;
}

export interface CursorFacts {
  /** Up to when events were seen to. */
  readonly created: string;
  /** Events that could not be carried out, and are tried again. */
  readonly failing: number;
}

/** What the function behind the webhook knows: it alone reads the signing secret. */
export interface WebhookDiagnosis {
  /** How many signing secrets there are, by their form. */
  readonly signingSecrets: Fact<number>;
}

/** A customer with a key who is refused whatever he calls: how API Gateway words that is tried with him. */
export interface Probe {
  /**
   * `lapsed` owes a payment, and is refused before anything else is looked at; `exhausted` has no units left, which refuses calls that cost
   * some; `suspended` is.
   */
  readonly state: 'lapsed' | 'exhausted' | 'suspended';
  readonly customer: string;
  /** The key's text: it is here and nowhere else. It ends within `PROBE_LIFE`. */
  readonly apiKey: string;
}

export interface OpenProbesRequest {
  /** Who asks for it, as he names himself. */
  readonly by: string;
}

export interface OpenProbesAnswer {
  /** None that is `exhausted`, where no plan has a limit. */
  readonly probes: readonly Probe[];
}

export interface CloseProbesRequest {
  /** At most `MAX_PROBES`. */
  readonly customers: readonly string[];
  readonly by: string;
}

export interface CloseProbesAnswer {
  /** How many there were. */
  readonly closed: number;
}

/** Seconds. */
export const PROBE_LIFE = 300;
export const MAX_PROBES = 10;
