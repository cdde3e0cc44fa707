import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Balance, LeftWindow, OpeningBalance, Standing } from '../domain/balance';

/** One table holds everything; partition keys keep apart what different roles may write. */
export const Key = {
  balance: (customer: string) => key(`CUSTOMER#${customer}`, 'BALANCE'),
  account: (customer: string) => key(`CUSTOMER#${customer}`, 'ACCOUNT'),
  /** What is known of a key beside its hash. */
  apiKey: (customer: string, keyId: string) => key(`CUSTOMER#${customer}`, `KEY#${keyId}`),
  /** Whose a key is that does not say so itself; by its SHA-256. */
  importedKey: (hash: Uint8Array) => key(`KEY#${Buffer.from(hash).toString('base64url')}`, 'KEY'),
  audit: (customer: string, entry: string) => key(`AUDIT#${customer}`, entry),
  ledger: (customer: string, entry: string) => key(Key.ledgerOf(customer), entry),
  /** The partition of all his entries. */
  ledgerOf: (customer: string) => `LEDGER#${customer}`,
  event: (id: string) => key(`EVENT#${id}`, 'EVENT'),
  /** Up to when the reconciler has seen to Stripe's events. */
  cursor: () => key('CURSOR#STRIPE', 'CURSOR'),
  /** Which customer of ours a Stripe customer is. */
  stripeCustomer: (id: string) => key(`STRIPE#${id}`, 'CUSTOMER'),
  /** How many have signed up from a place within an hour. */
  signUps: (id: string) => key(`SIGNUP#${id}`, 'SIGNUP'),
  /** Which refusals of a customer were told. */
  refusals: (customer: string) => key(`REFUSED#${customer}`, 'REFUSED'),
  /** A request that is kept until it is paid for; or the retry of a tool's call, which counts once. */
  request: (id: string) => key(`REQUEST#${id}`, 'REQUEST'),
  /** How many requests of a customer were kept within an hour, and which. */
  requestCount: (customer: string, hour: number) => key(Key.requestsOf(customer), `COUNT#${hour}`),
  /** The partition by which all his requests are found. */
  requestsOf: (customer: string) => `REQUEST#${customer}`,
  /** What a customer has used on a day that is over: `2026-11-23`. */
  usage: (customer: string, date: string) => key(`CUSTOMER#${customer}`, `USAGE#${date}`),
  /** What a route is called that is counted under that code. */
  route: (code: string) => key(`ROUTE#${code}`, 'ROUTE'),
  /** A call that has been settled. */
  charge: (id: string) => key(`CHARGE#${id}`, 'CHARGE'),
};

export type Item = Record<string, AttributeValue>;

/** Whether the item of a balance is what a deletion has left: it keeps anybody from making the customer again. */
export function isDeleted(item: Item | undefined): boolean {
  return item?.deletedAt !== undefined && item.plan === undefined && item.sk?.S === 'BALANCE';
}

export function text(value: string): AttributeValue {
  return { S: value };
}

export function number(value: number): AttributeValue {
  return { N: String(value) };
}

/** Numbers by names, as the inside of a map. */
export function numberItem(values: Readonly<Record<string, number>>): Item {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, number(value)]));
}

export function numbersOf(map: Item): Record<string, number> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, Number(value.N)]));
}

export function binary(value: Uint8Array): AttributeValue {
  return { B: value };
}

/** Expression attribute names for attributes that are written as `#name` in expressions. */
export function names(...attributes: string[]): Record<string, string> {
  return Object.fromEntries(attributes.map((attribute) => [`#${attribute}`, attribute]));
}

/** Nothing of what is left of a deleted customer, which has no plan. */
export function toBalance(item: Item): Balance;
export function toBalance(item: Item | undefined): Balance | undefined;
export function toBalance(item: Item | undefined): Balance | undefined {
  if (item?.plan === undefined) {
    return undefined;
  }
  return {
    plan: item.plan.S ?? '',
    standing: (item.standing?.S ?? 'active') as Standing,
    graceEndsAt: item.graceEndsAt?.N === undefined ? undefined : Number(item.graceEndsAt.N),
    remaining: Number(item.remaining?.N ?? 0),
    credits: Number(item.credits?.N ?? 0),
    owed: Number(item.owed?.N ?? 0),
    periodStart: Number(item.periodStart?.N ?? 0),
    periodEnd: Number(item.periodEnd?.N ?? 0),
    linkSecret: item.linkSecret?.B ?? new Uint8Array(),
    keys: Object.fromEntries(Object.entries(item.keys?.M ?? {}).map(([id, hash]) => [id, hash.B ?? new Uint8Array()])),
    keyExpiries: numbersOf(item.keyExpiries?.M ?? {}),
    surrogateKeys: item.surrogateKeys?.SS ?? [],
    ...(item.claimedPlan?.S !== undefined && {
      claimed: { plan: item.claimedPlan.S, at: Number(item.claimedAt?.N ?? 0) },
    }),
    ...(item.shortfall !== undefined && { shortfall: shortfallOf(item) }),
    ...(item.leftWindows?.M !== undefined && {
      leftWindows: Object.fromEntries(
        Object.entries(item.leftWindows.M).map(([window, left]) => [window, toLeftWindow(left.M)]),
      ),
    }),
  };
}

export function fromOpeningBalance(balance: OpeningBalance): Item {
  return {
    plan: text(balance.plan),
    standing: text(balance.standing),
    remaining: number(balance.remaining),
    credits: number(balance.credits),
    owed: number(balance.owed),
    periodStart: number(balance.periodStart),
    periodEnd: number(balance.periodEnd),
    linkSecret: binary(balance.linkSecret),
    ...(balance.claimed !== undefined && {
      claimedPlan: text(balance.claimed.plan),
      claimedAt: number(balance.claimed.at),
    }),
  };
}

/** The balance of a customer who is made now. */
export function newBalance(customer: string, opening: OpeningBalance): Item {
  return { ...Key.balance(customer), ...fromOpeningBalance(opening), createdAt: text(new Date().toISOString()) };
}

/** A new period has none, and need not take that of the last one away. */
function shortfallOf({ shortfall, shortfallPeriod, periodStart }: Item): number | undefined {
  const units = Number(shortfall?.N ?? 0);
  return units > 0 && Number(shortfallPeriod?.N) === Number(periodStart?.N) ? units : undefined;
}

function toLeftWindow(item: Item | undefined): LeftWindow {
  const [start = 0, end = 0, spent = 0] = [item?.start, item?.end, item?.spent].map((value) => Number(value?.N ?? 0));
  return { start, end, spent };
}

export function fromLeftWindow({ start, end, spent }: LeftWindow): AttributeValue {
  return { M: { start: number(start), end: number(end), spent: number(spent) } };
}

function key(pk: string, sk: string): { pk: AttributeValue; sk: AttributeValue } {
  return { pk: text(pk), sk: text(sk) };
}
