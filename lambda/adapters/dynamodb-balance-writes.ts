import { type Balance, includedLeft } from '../domain/balance';
import type { EpochSeconds } from '../domain/clock';
import {
  type BalanceChange,
  changeOf,
  type LedgerEntry,
  type PlanStep,
  type Renewal,
  type UnitsEntry,
} from '../domain/ledger';
import type { QuotaPeriod } from '../domain/period';
import { asideAfter } from './dynamodb-aside';
import { type Item, number, text, toBalance } from './dynamodb-items';
import { nextPeriod, withUnits } from './dynamodb-period';
import type { ConditionalUpdate } from './dynamodb-update';

/** What an entry does to a balance, on condition of what it was computed from. `update` is the inside of a `SET`. */
export type BalanceWrite = Pick<ConditionalUpdate, 'update' | 'condition' | 'attributes' | 'values'>;

/** When, and the how-manieth time, an entry is tried. */
export interface Attempt {
  readonly now: EpochSeconds;
  readonly count: number;
}

export function writeOf(entry: LedgerEntry, item: Item, attempt: Attempt): BalanceWrite {
  const balance = toBalance(item);
  switch (entry.kind) {
    case 'renewal':
      return periodWrite(entry, entry.period, item, balance);
    case 'plan': {
      const { period, revision } = entry;
      const write =
        period === undefined
          ? switchWrite(entry, item, balance)
          : settingAside(entry, item, attempt, periodWrite(entry, period, item, balance));
      return revision === undefined
        ? write
        : also('revision', { update: ':revision', values: { ':revision': number(revision) } }, write);
    }
    default:
      return unitsWrite(entry, balance);
  }
}

function unitsWrite(entry: UnitsEntry, balance: Balance): BalanceWrite {
  const change = changeOf(entry, balance);
  const { guard } = change;
  const takesAll = guard !== undefined && 'allOf' in guard;
  const { update, condition, values } = takesAll ? allOf(guard.allOf, balance) : asRead(change, balance);
  const asComputed = '#periodStart = :periodStart AND #credits = :creditsRead';
  return {
    update,
    condition: condition === undefined ? asComputed : `${asComputed} AND ${condition}`,
    attributes: ['remaining', 'credits', 'owed', 'periodStart'],
    values: { ...values, ':creditsRead': number(balance.credits), ':periodStart': number(balance.periodStart) },
  };
}

type UnitsWrite = Pick<BalanceWrite, 'update' | 'values'> & { readonly condition?: string };

function asRead({ remaining, credits, owed, guard }: BalanceChange, balance: Balance): UnitsWrite {
  const atLeast = guard !== undefined && 'atLeast' in guard ? guard.atLeast : undefined;
  return {
    update: '#remaining = #remaining + :remaining, #credits = #credits + :credits, #owed = :owed',
    condition: atLeast === undefined ? undefined : '#remaining >= :atLeast',
    values: {
      ':remaining': number(remaining),
      ':credits': number(credits),
      ':owed': number(balance.owed + owed),
      ...(atLeast !== undefined && { ':atLeast': number(atLeast) }),
    },
  };
}

/** Told by what `remaining` is at that moment, and not by what was read: under a busy customer's calls that is another one by then. */
function allOf(units: number, balance: Balance): UnitsWrite {
  return {
    update: '#remaining = :nothing, #credits = #credits - #remaining, #owed = :owedIfNoneLeft - #remaining',
    condition: '#remaining BETWEEN :nothing AND :units',
    values: {
      ':nothing': number(0),
      ':units': number(units),
      ':owedIfNoneLeft': number(balance.owed + units),
    },
  };
}

/** A plan and a period, with the plan's units beside the bought ones that are left. What is left of the old period's own units goes. */
function periodWrite(entry: PlanStep | Renewal, period: QuotaPeriod, item: Item, balance: Balance): BalanceWrite {
  const branch = nextPeriod(balance);
  const short = (entry.kind === 'plan' && entry.shortfall) || 0;
  const hasShortfall = short > 0 || item.shortfall !== undefined;
  const shortfall = { update: ':short', values: { ':short': number(short) } };
  const shortfallPeriod = { update: ':start', values: {} };
  const write = {
    update: `${branch.update}, #plan = :plan, #periodStart = :start, #periodEnd = :end`,
    condition: `#periodStart = :startRead AND #periodEnd = :endRead AND ${branch.condition}`,
    attributes: ['plan', 'remaining', 'credits', 'periodStart', 'periodEnd'],
    values: {
      ':plan': text(entry.plan),
      ':units': number(entry.units),
      ':start': number(period.start),
      ':end': number(period.end),
      ':startRead': number(balance.periodStart),
      ':endRead': number(balance.periodEnd),
      ...branch.values,
    },
  };
  return hasShortfall ? also('shortfallPeriod', shortfallPeriod, also('shortfall', shortfall, write)) : write;
}

/** The same write, which notes what is left of the plan before: at least that much, for calls are served meanwhile. */
function settingAside(entry: PlanStep, item: Item, { now, count }: Attempt, write: BalanceWrite): BalanceWrite {
  const balance = toBalance(item);
  const included = includedLeft(balance);
  // A busy customer is asked for less each time, so that one of them holds.
  const kept = included <= 0 ? included : Math.max(0, included - (count === 0 ? 0 : 2 ** count));
  const left = { units: kept - shortfallOf(item, balance), until: balance.periodEnd };
  const aside = asideAfter(entry, left, item, now);
  if (aside === undefined) {
    return write;
  }
  const noted = also('aside', { update: ':aside', values: { ':aside': aside } }, write);
  return kept > 0 && entry.setsAside === true
    ? {
        ...noted,
        condition: `${noted.condition} AND #remaining >= :kept`,
        values: { ...noted.values, ':kept': number(balance.credits + kept) },
      }
    : noted;
}

function shortfallOf(item: Item, { periodStart }: Balance): number {
  return Number(item.shortfallPeriod?.N) === periodStart ? Number(item.shortfall?.N ?? 0) : 0;
}

/**
 * Another plan in the same period, by the difference of the two quotas. What a smaller one would take and is spent already is a
 * shortfall, for which the next larger one of the period makes up first: so however often a customer goes down and up, he gets no
 * unit more than the largest plan has.
 */
function switchWrite(entry: PlanStep, item: Item, balance: Balance): BalanceWrite {
  const { periodStart, credits } = balance;
  const shortfall = shortfallOf(item, balance);
  const settled = Math.max(0, Math.min(shortfall, entry.units));
  const { short, ...branch } = withUnits(entry.units - settled, balance);
  // What remains is told by the write itself: calls are served meanwhile.
  const newShortfall = {
    update: `:shortfall${short.lessRemaining ? ' - #remaining' : ''}`,
    values: { ':shortfall': number(shortfall - settled + short.units) },
  };
  const ofThisPeriod = { update: ':periodStart', values: {} };
  return also(
    'shortfallPeriod',
    ofThisPeriod,
    also('shortfall', newShortfall, {
      update: `${branch.update}, #plan = :plan`,
      condition: `#periodStart = :periodStart AND #credits = :creditsRead AND ${branch.condition}`,
      attributes: ['plan', 'remaining', 'credits', 'periodStart'],
      values: {
        ':plan': text(entry.plan),
        ':periodStart': number(periodStart),
        ':creditsRead': number(credits),
        ...branch.values,
      },
    }),
  );
}

/** The same write, with another attribute in it. */
function also(attribute: string, set: Pick<BalanceWrite, 'update' | 'values'>, write: BalanceWrite): BalanceWrite {
  return {
    ...write,
    update: `${write.update}, #${attribute} = ${set.update}`,
    attributes: [...write.attributes, attribute],
    values: { ...write.values, ...set.values },
  };
}
