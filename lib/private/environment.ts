/**
 * The names of the environment variables that the constructs set and the handlers read. Secrets are never among them: only the
 * ARNs that they are read by.
 */
export const Environment = {
  /** The name of the quota store's table. */
  TABLE_NAME: 'PAYWALL_TABLE_NAME',
  /** The `Catalogue`, as JSON. */
  CATALOGUE: 'PAYWALL_CATALOGUE',
  /** The `ApiEntry[]` of the protected APIs, as JSON. */
  APIS: 'PAYWALL_APIS',
  /** The `ModelRouteEntry` of a model proxy, as JSON. */
  MODEL_ROUTE: 'PAYWALL_MODEL_ROUTE',
  /** The `MeteringEntry`, as JSON. */
  METERING: 'PAYWALL_METERING',
  /** The `IdentityEntry[]` by which callers are known, as JSON; absent where that is by API keys alone. */
  IDENTITIES: 'PAYWALL_IDENTITIES',
  /** What stands in front of plan and lane in the value of a surrogate API key. */
  SURROGATE_KEY_PREFIX: 'PAYWALL_SURROGATE_KEY_PREFIX',
  /** The name of the authorizer's function. */
  AUTHORIZER_FUNCTION: 'PAYWALL_AUTHORIZER_FUNCTION',
  /** Of how many of its decisions the authorizer writes a line, between 0 and 1; of none where it is absent. */
  DECISION_LOG_SAMPLE_RATE: 'PAYWALL_DECISION_LOG_SAMPLE_RATE',
  /** When a key was revoked at once: a change of it has the authorizer begin anew. No construct sets it. */
  REVOKED_AT: 'PAYWALL_REVOKED_AT',
  /** What purchases are marked with at Stripe. */
  PAYWALL_ID: 'PAYWALL_ID',
  /** The name of the function that charges what agents pay for; absent where they cannot. */
  AGENT_PAYMENTS_FUNCTION: 'PAYWALL_AGENT_PAYMENTS_FUNCTION',
  /** The Stripe profile that shared payment tokens are granted to; absent where agents cannot pay by them. */
  NETWORK_ID: 'PAYWALL_NETWORK_ID',
  /** The name of the function that carries out what Stripe's events mean. */
  PAYMENTS_FUNCTION: 'PAYWALL_PAYMENTS_FUNCTION',
  /** The URL of the queue of events that could not be carried out. */
  DEAD_LETTERS_QUEUE_URL: 'PAYWALL_DEAD_LETTERS_QUEUE_URL',
  /** The `CheckoutEntry`, as JSON. */
  CHECKOUT: 'PAYWALL_CHECKOUT',
  /** The `BillingEntry`, as JSON. */
  BILLING: 'PAYWALL_BILLING',
  /** The `PageEntry`, as JSON; absent where there is no customer's page. */
  PAGE: 'PAYWALL_PAGE',
  /** The `ResumeEntry`, as JSON; absent where no request is kept. */
  RESUME: 'PAYWALL_RESUME',
  /** The `McpEntry`, as JSON. */
  MCP: 'PAYWALL_MCP',
  /** The ARN of the secret with Stripe's secret API key. */
  STRIPE_SECRET_KEY_ARN: 'PAYWALL_STRIPE_SECRET_KEY_ARN',
  /** The ARN of the secret with the webhook endpoint's signing secret. */
  STRIPE_WEBHOOK_SECRET_ARN: 'PAYWALL_STRIPE_WEBHOOK_SECRET_ARN',
  /** The URL of the queue of reported costs; absent where no route's cost is reported. */
  REPORTS_QUEUE_URL: 'PAYWALL_REPORTS_QUEUE_URL',
  /** The URL of the queue of customers who have come to a plan; absent where no plan gives its customers keys of their own. */
  ARRIVALS_QUEUE_URL: 'PAYWALL_ARRIVALS_QUEUE_URL',
  /** The ids of the usage plans, by plan, as JSON. */
  USAGE_PLANS: 'PAYWALL_USAGE_PLANS',
  /** The ARN of the event bus that is told what happens to customers; absent where nobody wants to know. */
  EVENT_BUS_ARN: 'PAYWALL_EVENT_BUS_ARN',
  /** The per cents of a quota that are told when they are used up, as JSON. */
  EVENT_THRESHOLDS: 'PAYWALL_EVENT_THRESHOLDS',
  /** Where a customer webhook's events go. */
  CUSTOMER_WEBHOOK_URL: 'PAYWALL_CUSTOMER_WEBHOOK_URL',
  /** The ARN of the secret that they are signed with. */
  CUSTOMER_WEBHOOK_SECRET_ARN: 'PAYWALL_CUSTOMER_WEBHOOK_SECRET_ARN',
  /** The URL of the queue that they wait in. */
  CUSTOMER_WEBHOOK_QUEUE_URL: 'PAYWALL_CUSTOMER_WEBHOOK_QUEUE_URL',
  /** Where Stripe's API is, in place of `https://api.stripe.com`. No construct sets it. */
  STRIPE_API_BASE: 'STRIPE_API_BASE',
  /** Set where Stripe's events come to a loopback address too. No construct sets it. */
  STRIPE_REACHES_LOOPBACK: 'STRIPE_REACHES_LOOPBACK',
} as const;
