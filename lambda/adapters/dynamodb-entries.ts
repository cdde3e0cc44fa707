import type { LedgerEntry, PeriodEntry } from '../domain/ledger';
import { type Item, Key, number, numberItem, numbersOf, text } from './dynamodb-items';

/** An entry of the ledger as it is written before it is done. */
export function pendingEntry(customer: string, entry: LedgerEntry, createdAt: string): Item {
  return {
    ...Key.ledger(customer, entry.id),
    kind: text(entry.kind),
    units: number(entry.units),
    ...detailsOf(entry),
    state: text('pending'),
    createdAt: text(createdAt),
  };
}

export function toEntry(id: string, item: Item): LedgerEntry {
  const value = (name: string) => Number(item[name]?.N ?? 0);
  const kind = item.kind?.S as LedgerEntry['kind'];
  const units = value('units');
  const plan = item.plan?.S ?? '';
  const period = { start: value('periodStart'), end: value('periodEnd') };
  switch (kind) {
    case 'settlement': {
      const afterwards = { units: value('unitsAfterwards'), credits: value('creditsAfterwards') };
      const used = item.used?.M && { used: numbersOf(item.used.M) };
      return { id, kind, units, period: { start: period.start, afterwards }, ...used };
    }
    case 'plan': {
      const revision = item.revision === undefined ? undefined : value('revision');
      const step = { id, kind, from: item.from?.S ?? '', plan, units, revision };
      if (item.periodEnd === undefined) {
        return step;
      }
      const resumes = item.resumes?.L?.map((name) => name.S ?? '') ?? [];
      return { ...step, period, shortfall: value('shortfall'), setsAside: item.setsAside?.BOOL === true, resumes };
    }
    case 'renewal':
      return { id, kind, plan, units, period };
    default:
      return { id, kind, units };
  }
}

function detailsOf(entry: LedgerEntry): Item {
  switch (entry.kind) {
    case 'settlement':
      return {
        periodStart: number(entry.period.start),
        unitsAfterwards: number(entry.period.afterwards.units),
        creditsAfterwards: number(entry.period.afterwards.credits),
        ...(entry.used !== undefined && { used: { M: numberItem(entry.used) } }),
      };
    case 'plan':
      return {
        plan: text(entry.plan),
        from: text(entry.from),
        ...(entry.revision !== undefined && { revision: number(entry.revision) }),
        ...(entry.setsAside && {
          setsAside: { BOOL: true },
          shortfall: number(entry.shortfall ?? 0),
          resumes: { L: (entry.resumes ?? []).map(text) },
        }),
        ...periodOf(entry),
      };
    case 'renewal':
      return { plan: text(entry.plan), ...periodOf(entry) };
    default:
      return {
        ...('reason' in entry && entry.reason !== undefined && { reason: text(entry.reason) }),
        ...('by' in entry && entry.by !== undefined && { by: text(entry.by) }),
      };
  }
}

function periodOf({ period }: PeriodEntry): Item {
  return period === undefined ? {} : { periodStart: number(period.start), periodEnd: number(period.end) };
}
