import type { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Clawback } from './clawback';
import type { CustomerEventsOptions } from './customer-events';
import type { DiscoveryOptions } from './discovery';
import type { FailurePolicy } from './failure-policy';
import type { Identity } from './identity';
import type { LoggingOptions } from './logging-options';
import type { McpOptions } from './mcp-options';
import type { Metering } from './metering';
import type { PageOptions } from './page-options';
import type { Payments } from './payments';
import type { Plan } from './plan';
import type { QuotaStore } from './quota-store';
import type { ResumeOptions } from './resume-options';
import type { SignUp } from './sign-up';
import type { TopUp } from './top-up';

/** Properties of `Paywall`. */
export interface PaywallProps {
  /** What customers can be on. One of them must be free, or be named in `defaultPlan`. */
  readonly plans: Plan[];

  /** Who takes the money. */
  readonly payments: Payments;

  /**
   * What customers can buy beside their plan.
   *
   * @default - nothing
   */
  readonly topUps?: TopUp[];

  /**
   * The id of the plan that a new customer starts on, and that a cancelled subscription falls back to. Its units are given without
   * a payment, also where the plan has a price.
   *
   * @default - the first free plan
   */
  readonly defaultPlan?: string;

  /**
   * How long a customer is served after a renewal has failed.
   *
   * @default Duration.days(3)
   */
  readonly gracePeriod?: Duration;

  /**
   * What becomes of bought units whose money has gone back, by a refund or a dispute.
   *
   * @default Clawback.credits()
   */
  readonly clawback?: Clawback;

  /**
   * What purchases are marked with at Stripe, so that several paywalls can use one account. Keep it when the stack is renamed, or the
   * paywall moved in it: the events of purchases with another mark are ignored.
   *
   * @default - made of the stack's name and the paywall's place in it
   */
  readonly paywallId?: string;

  /**
   * By what callers are known, in this order: the first counts that the credential is of the kind of. A key goes to
   * `Identity.apiKeys()`, a token to the one whose issuer it names. Without the former, nobody can sign up for a key, or keep one:
   * customers come by their tokens.
   *
   * @default [Identity.apiKeys()]
   */
  readonly identities?: Identity[];

  /**
   * How calls are counted.
   *
   * @default Metering.leased()
   */
  readonly metering?: Metering;

  /**
   * What becomes of calls while the store cannot answer.
   *
   * @default FailurePolicy.closed()
   */
  readonly failurePolicy?: FailurePolicy;

  /**
   * Where balances are; paywalls that share one share their customers.
   *
   * @default - a store of its own, whose table outlives the stack
   */
  readonly store?: QuotaStore;

  /**
   * The KMS key of yours that everything is encrypted with that holds data of customers, or secrets: the table of the paywall's own store,
   * the queues, the log groups, the event buses and the secrets that it makes. The stack must then have a Region (`env`). What you pass
   * in, such as a store, a bus or a secret, keeps the key that it has.
   *
   * The key's policy gets what CloudWatch Logs and EventBridge need; into that of a key that was made elsewhere (`Key.fromKeyArn`) you put
   * it yourself.
   *
   * @default - the key of `store`; without one, keys of AWS's own, which cost nothing
   */
  readonly encryptionKey?: IKey;

  /**
   * How it is told on EventBridge what happens to customers. Nothing of it is made before it is asked for, here or as `paywall.events`.
   *
   * @default - as `paywall.events` makes it
   */
  readonly events?: CustomerEventsOptions;

  /**
   * How new customers come for keys.
   *
   * @default SignUp.checkout(), where there is `Identity.apiKeys()` among the identities
   */
  readonly signUp?: SignUp;

  /**
   * How long a key is served beside the one that its owner has put in its place, between 0 and 30 days. Owners can choose less.
   *
   * @default Duration.hours(24), where there is `Identity.apiKeys()` among the identities
   */
  readonly keyRotationOverlap?: Duration;

  /**
   * What tells programs of each protected API, its routes, what they cost and how they are paid: `/openapi.json` and `/llms.txt`.
   *
   * @default - they are served, under the API's own name
   */
  readonly discovery?: DiscoveryOptions;

  /**
   * The MCP server, by which agents see what is left, ask people to pay, and go on.
   *
   * @default - there is one, without tools for the routes
   */
  readonly mcp?: McpOptions;

  /**
   * The customer's page, at the billing path: plans and prices for everybody; for whoever signs in with a key, what is left, use by day,
   * top-ups and upgrades, invoices and keys.
   *
   * @default - there is one, under the API's own name
   */
  readonly page?: PageOptions;

  /**
   * How requests are kept that were refused, to be run once after the payment, under a token that its customer alone can use.
   *
   * @default - they are not kept
   */
  readonly resume?: ResumeOptions;

  /**
   * What the paywall's functions log, and for how long it is kept.
   *
   * @default - for a month, without a line for each decision
   */
  readonly logging?: LoggingOptions;

  /**
   * Whether X-Ray traces the paywall's functions: how long each took, and which request it was for. The stage has a setting of its own.
   *
   * @default false
   */
  readonly tracing?: boolean;

  /**
   * The first segment of the path of the billing routes.
   *
   * @default 'billing'
   */
  readonly billingPath?: string;
}
