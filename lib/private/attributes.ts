/**
 * The attributes of a customer's items that a payment may write: all but `keys`. The webhook's role is held to them, and its
 * adapter's test checks that it needs no other.
 */
export const CREDITED_ATTRIBUTES = [
  'pk',
  'sk',
  'plan',
  'standing',
  'graceEndsAt',
  'remaining',
  'credits',
  'owed',
  'lastEntry',
  'revision',
  'shortfall',
  'shortfallPeriod',
  'aside',
  'periodStart',
  'periodEnd',
  'linkSecret',
  'stripeCustomer',
  'subscription',
  'subscriptionCreated',
  'replacedSubscriptions',
  'entitlement',
  'createdAt',
];

/** The attributes of a customer's balance that a settlement, or a top-up that was charged just now, may write. */
export const SETTLED_ATTRIBUTES = ['pk', 'sk', 'remaining', 'credits', 'owed', 'lastEntry', 'periodStart'];

/** The attributes of a customer's balance that count what was used, by day and route: no other begins with a capital. */
export const USE_COUNTERS = 'U*';

/** The attribute of a customer's balance that a model proxy reserves units of. */
export const RESERVED_ATTRIBUTES = ['pk', 'sk', 'remaining'];

/** The attributes of a customer's balance by which he gets surrogate keys. */
export const SURROGATE_KEY_ATTRIBUTES = ['pk', 'sk', 'plan', 'surrogateKeys'];

/** The attributes that the balance of a customer begins with whom a token names; and which it is known by that he has one. */
export const OPENED_ATTRIBUTES = [
  'pk',
  'sk',
  'plan',
  'standing',
  'remaining',
  'credits',
  'owed',
  'periodStart',
  'periodEnd',
  'linkSecret',
  'claimedPlan',
  'claimedAt',
  'createdAt',
];

/** What is read of every item where customers are listed: no key, and no secret of links. */
export const LISTED_ATTRIBUTES = [
  'pk',
  'sk',
  'plan',
  'standing',
  'graceEndsAt',
  'remaining',
  'credits',
  'owed',
  'periodStart',
  'periodEnd',
  'createdAt',
];
