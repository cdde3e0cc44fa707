import { BoundedMap } from '../domain/bounded-map';
import type { ChargeRequest } from '../domain/charge';
import type { EpochSeconds } from '../domain/clock';
import {
  type Counter,
  counterName,
  counterOf,
  type DayUsage,
  dateOf,
  dayOf,
  endOf,
  isOver,
  MOST_ROUTES,
  OTHER_ROUTES,
  routeCode,
  supernumerary,
  usageByDay,
} from '../domain/usage';
import { sizeOf } from './dynamodb-item-size';
import { type Item, Key, number, numberItem, text } from './dynamodb-items';
import type { ConditionalUpdate, ItemUpdates } from './dynamodb-update';

/** What a write counts on the way. */
export interface Counting {
  /** By the counters' names. */
  readonly units: ReadonlyMap<string, number>;
  /** The same, where an attempt before may have been done. */
  readonly unitsAgain: ReadonlyMap<string, number>;
  /** The routes of these counters. */
  readonly routes: ReadonlyMap<string, string>;
}

/** Of the balance, counters included: what is larger costs two write units a call. */
const LARGEST_BALANCE = 1_000;

/** What a counter takes at most: seven letters, and twelve digits. */
const COUNTER_BYTES = 14;

/** So few counters fit beside whatever balance there is. */
const FEW = 3;

/** Days that are on the balance at the same time, around midnight. */
const DAYS = 2;

/** Seconds for which a day is kept after its end: some thirteen months. */
const LIFETIME = 400 * 86_400;

/** Customers with more routes than are counted, whose counters are remembered. */
const MOST_CUSTOMERS = 1_000;

/** Milliseconds that a call waits for what is done once a day. What takes longer goes on without it, or is done by another call. */
const PATIENCE = 250;

/** Seconds for which none of it is tried, once it has failed. */
const PAUSE = 60;

/**
 * Counts units by day and route beside the balance, in the write that takes them. What must be done besides is done after a write whose
 * answer shows that it must: a day that is over is put into an item of its own, routes beyond those that there is room for are counted as
 * one, and what a route is called is noted. None of that is ever in the way of a call.
 */
export class DynamoDbUsageCounters {
  private readonly full = new BoundedMap<{ readonly day: number; readonly codes: ReadonlySet<string> }>(MOST_CUSTOMERS);
  private readonly noted = new Set<string>();
  private pausedUntil: EpochSeconds = 0;

  constructor(
    private readonly updates: ItemUpdates,
    private readonly table: string,
  ) {}

  public countingOf({ customer, route, cost, counted }: ChargeRequest, now: EpochSeconds): Counting | undefined {
    if (route === undefined) {
      return undefined;
    }
    const day = dayOf(now);
    const full = this.full.get(customer);
    const [units, routes] = [new Map<string, number>(), new Map<string, string>()];
    const count = (name: string, more: number) => {
      if (more > 0) {
        const code = routeCode(name);
        const own = full?.day !== day || full.codes.has(code) ? code : OTHER_ROUTES;
        const counter = counterName(day, own);
        units.set(counter, (units.get(counter) ?? 0) + more);
        routes.set(counter, own === OTHER_ROUTES ? OTHER_ROUTES : name);
      }
    };
    count(route, counted?.units ?? cost);
    const unitsAgain = new Map(units);
    for (const [name, more] of counted?.carried ?? []) {
      count(name, more);
    }
    return units.size === 0 ? undefined : { units, unitsAgain, routes };
  }

  /** What the answer to a write shows that must be done. It neither throws nor keeps the caller for long. */
  public async tidy(customer: string, item: Item, counting: Counting | undefined, now: EpochSeconds): Promise<void> {
    const today = dayOf(now);
    const counters = countersOf(item, today);
    if (counters.length === 0) {
      return;
    }
    const work: (() => Promise<unknown>)[] = this.newRoutes(item, counting).map((route) => () => this.note(route));
    for (const usage of usageByDay(counters)) {
      const ofDay = counters.filter(({ day }) => day === usage.day);
      if (isOver(usage.day, now)) {
        work.push(() => this.move(customer, usage, ofDay));
        continue;
      }
      const most = counters.length <= FEW ? MOST_ROUTES : roomIn(item, counters);
      const folded = supernumerary(ofDay, most);
      if (folded.length > 0) {
        work.push(() => this.fold(customer, folded));
      }
      const own = ofDay.filter((counter) => counter.code !== OTHER_ROUTES && !folded.includes(counter));
      if (usage.day === today && own.length >= most) {
        this.full.set(customer, { day: today, codes: new Set(own.map(({ code }) => code)) });
      }
    }
    if (work.length > 0 && now >= this.pausedUntil) {
      await within(PATIENCE, this.all(work, now));
    }
  }

  private async all(work: readonly (() => Promise<unknown>)[], now: EpochSeconds): Promise<void> {
    try {
      for (const part of work) {
        await part();
      }
    } catch {
      // The next write that sees it does it; a store that is busy is not asked for it all the time.
      this.pausedUntil = now + PAUSE;
    }
  }

  /** Routes of counters that the write has begun, unless this environment has noted them. */
  private newRoutes(item: Item, counting: Counting | undefined): string[] {
    return [...(counting?.units ?? [])].flatMap(([counter, units]) => {
      const route = counting?.routes.get(counter) ?? OTHER_ROUTES;
      const isNew = Number(item[counter]?.N) <= units;
      return isNew && route !== OTHER_ROUTES && !this.noted.has(route) ? [route] : [];
    });
  }

  private async note(route: string): Promise<void> {
    await this.updates.updateItem(this.table, {
      key: Key.route(routeCode(route)),
      update: 'SET #route = :route',
      condition: 'attribute_not_exists(#route)',
      attributes: ['route'],
      values: { ':route': text(route) },
    });
    this.noted.add(route);
  }

  /**
   * First into the history, then off the balance: whatever ends it in between, the next one does both again, with the same numbers or
   * with larger ones. What a clock that is far behind counts after that is lost, and nothing is there twice.
   */
  private async move(customer: string, { day, units, routes }: DayUsage, counters: readonly Counter[]): Promise<void> {
    await this.updates.updateItem(this.table, {
      key: Key.usage(customer, dateOf(day)),
      update: 'SET #units = :units, #routes = :routes, #expiresAt = :expiresAt',
      condition: 'attribute_not_exists(#units) OR #units < :units',
      attributes: ['units', 'routes', 'expiresAt'],
      values: {
        ':units': number(units),
        ':routes': { M: numberItem(routes) },
        ':expiresAt': number(endOf(day) + LIFETIME),
      },
    });
    await this.remove(customer, counters);
  }

  /** Counts routes under `OTHER_ROUTES` that had counters of their own. */
  private fold(customer: string, counters: readonly Counter[]): Promise<unknown> {
    const units = counters.reduce((sum, counter) => sum + counter.units, 0);
    return this.remove(customer, counters, new Map([[counterName(counters[0]?.day ?? 0, OTHER_ROUTES), units]]));
  }

  /** Takes counters off the balance, unless they have gone on meanwhile. */
  private remove(customer: string, counters: readonly Counter[], units?: Counting['units']): Promise<unknown> {
    const names = counters.map(({ name }) => name);
    const write = {
      key: Key.balance(customer),
      update: `REMOVE ${names.map((name) => `#${name}`).join(', ')}`,
      condition: names.map((name) => `#${name} = :${name}`).join(' AND '),
      attributes: names,
      values: Object.fromEntries(counters.map((counter) => [`:${counter.name}`, number(counter.units)])),
    };
    return this.updates.updateItem(this.table, adding(write, units));
  }
}

/** The same write, which counts on the way. */
export function counted(write: ConditionalUpdate, counting: Counting | undefined): ConditionalUpdate {
  return counting === undefined
    ? write
    : { ...adding(write, counting.units), again: adding(write, counting.unitsAgain) };
}

/**
 * The same write of a balance, which counts what calls have taken in the end. It is counted today, whenever they were: a day that is over
 * may be in the history already. Routes that today has no counter of are counted with the others, once there are others.
 */
export function countedInTheEnd(
  write: ConditionalUpdate,
  used: Readonly<Record<string, number>>,
  balance: Item,
  now: EpochSeconds,
): ConditionalUpdate {
  const today = dayOf(now);
  const others = counterName(today, OTHER_ROUTES);
  const units = new Map<string, number>();
  for (const [code, more] of Object.entries(used)) {
    const own = counterName(today, code);
    const counter = others in balance && !(own in balance) ? others : own;
    units.set(counter, (units.get(counter) ?? 0) + more);
  }
  return adding(write, units);
}

/** The counters of an item. */
export function countersOf(item: Item, today: number): Counter[] {
  return Object.entries(item).flatMap(([name, value]) => counterOf(name, Number(value.N), today) ?? []);
}

function adding(write: ConditionalUpdate, units: Counting['units'] = new Map()): ConditionalUpdate {
  const names = [...units.keys()];
  return names.length === 0
    ? write
    : {
        ...write,
        update: `${write.update} ADD ${names.map((name) => `#${name} :${name}`).join(', ')}`,
        attributes: [...write.attributes, ...names],
        values: {
          ...write.values,
          ...Object.fromEntries([...units].map(([name, more]) => [`:${name}`, number(more)])),
        },
      };
}

/** How many routes of a day may have a counter of their own, beside one for the others. */
function roomIn(item: Item, counters: readonly Counter[]): number {
  const rest = { ...item };
  for (const { name } of counters) {
    delete rest[name];
  }
  const room = Math.floor((LARGEST_BALANCE - sizeOf(rest)) / (COUNTER_BYTES * DAYS)) - 1;
  return Math.max(0, Math.min(MOST_ROUTES, room));
}

async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, patience]);
  clearTimeout(timer);
}
