import type { EpochSeconds } from './clock';

/** Units by route: `GET /forecast/{city}`. */
export type RouteUnits = ReadonlyMap<string, number>;

/** Stands for the routes that are not counted by themselves. No route is called so, as all have a method and a space. */
export const OTHER_ROUTES = 'other';

/** Routes of a day that are counted by themselves, where the balance has room for them. */
export const MOST_ROUTES = 8;

const DAY = 86_400;

/** Seconds after a day's end for which it is counted on the balance yet: clocks differ, by minutes at worst. */
const GRACE = 900;

/** The days that a counter's name tells apart: three and a half years. */
const DAY_CODES = 36 ** 2;

const ROUTE_CODES = 36 ** 4;

const NAME = /^U([0-9a-z]{2})([0-9a-z]{4})?$/;

/** Units of a route on a day, as they stand beside a balance. */
export interface Counter {
  /** Of the attribute. */
  readonly name: string;
  /** Days since the epoch, in UTC. */
  readonly day: number;
  /** Of the route; `OTHER_ROUTES` for those that have no counter of their own. */
  readonly code: string;
  readonly units: number;
}

/** What was used on a day: by the routes' codes, or by the routes. */
export interface DayUsage {
  readonly day: number;
  readonly units: number;
  readonly routes: Readonly<Record<string, number>>;
}

export function dayOf(time: EpochSeconds): number {
  return Math.floor(time / DAY);
}

/** `2026-11-23` */
export function dateOf(day: number): string {
  return new Date(day * DAY * 1_000).toISOString().slice(0, 10);
}

export function dayOfDate(date: string): number {
  return Math.floor(Date.parse(date) / (DAY * 1_000));
}

export function endOf(day: number): EpochSeconds {
  return (day + 1) * DAY;
}

/**
 * Four letters and digits for a route: the same everywhere and after every deployment, so that nothing has to hand out numbers. Of a
 * hundred routes, two have the same in three paywalls of a thousand, and are counted as one.
 */
export function routeCode(route: string): string {
  if (route === OTHER_ROUTES) {
    return route;
  }
  // FNV-1a, whose lower bits spread well enough for this.
  let hash = 0x811c9dc5;
  for (let index = 0; index < route.length; index++) {
    hash = Math.imul(hash ^ route.charCodeAt(index), 0x01000193);
  }
  return ((hash >>> 0) % ROUTE_CODES).toString(36).padStart(4, '0');
}

/** As short as can be: they are on the item that every call writes. No other attribute begins with a capital. */
export function counterName(day: number, code: string): string {
  return `U${(day % DAY_CODES).toString(36).padStart(2, '0')}${code === OTHER_ROUTES ? '' : code}`;
}

/** The counter of that attribute; nothing where it is another attribute. */
export function counterOf(name: string, units: number, today: number): Counter | undefined {
  // Before the expression: it is asked of every attribute of every write's answer.
  const [, dayCode, code = OTHER_ROUTES] = (name.startsWith('U') && NAME.exec(name)) || [];
  if (dayCode === undefined) {
    return undefined;
  }
  // Tomorrow at the latest, as a clock may be ahead.
  const tomorrow = today + 1;
  const age = (tomorrow - Number.parseInt(dayCode, 36)) % DAY_CODES;
  return { name, day: tomorrow - age, code, units };
}

/** What the counters say, by days; the oldest first. */
export function usageByDay(counters: readonly Counter[]): DayUsage[] {
  const days = new Map<number, { day: number; units: number; routes: Record<string, number> }>();
  for (const { day, code, units } of counters) {
    const usage = days.get(day) ?? { day, units: 0, routes: {} };
    usage.units += units;
    usage.routes[code] = units;
    days.set(day, usage);
  }
  return [...days.values()].sort((left, right) => left.day - right.day);
}

/** Whether the day is over for every clock, so that it can leave the balance. */
export function isOver(day: number, now: EpochSeconds): boolean {
  return now >= endOf(day) + GRACE;
}

/** The least of a day's routes, of those that are more than have a counter of their own. */
export function supernumerary(counters: readonly Counter[], most: number): readonly Counter[] {
  const named = counters.filter(({ code }) => code !== OTHER_ROUTES);
  return named.sort((left, right) => left.units - right.units).slice(0, Math.max(0, named.length - most));
}

/**
 * A day that is on its way from the balance into the history stands in both for a moment. Its numbers only grow, so whichever has more
 * units is the whole of it.
 */
export function larger(left: readonly DayUsage[], right: readonly DayUsage[]): DayUsage[] {
  const days = new Map(left.map((usage) => [usage.day, usage]));
  for (const usage of right) {
    const known = days.get(usage.day);
    if (known === undefined || known.units < usage.units) {
      days.set(usage.day, usage);
    }
  }
  return [...days.values()].sort((one, other) => one.day - other.day);
}

/** Adds units of a route, or takes some back, under `OTHER_ROUTES` where there are as many routes as there may be. */
export function countUnits(counted: Map<string, number>, route: string, units: number): void {
  if (units !== 0) {
    const name = counted.has(route) || counted.size < MOST_ROUTES ? route : OTHER_ROUTES;
    counted.set(name, (counted.get(name) ?? 0) + units);
  }
}

/** What was used, as customers are told of it. */
export interface UsageHistory {
  /** The days from `first` to today on which something was used, by their routes; the oldest first. */
  days(customer: string, first: number, now: EpochSeconds): Promise<readonly DayUsage[]>;
}
