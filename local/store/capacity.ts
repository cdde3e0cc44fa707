import { capacityUnits } from 'dynalite/db';
import type { Item } from './attribute-value';
import type { TableRequest } from './requests';

type Wanted = TableRequest['ReturnConsumedCapacity'];

/** The member of an answer that says what an operation cost; nothing where it was not asked for. */
export function consumedCapacity(wanted: Wanted, tableName: string, units: number) {
  if (wanted === undefined || wanted === 'NONE') return {};
  return { ConsumedCapacity: capacityOf(wanted, tableName, units) };
}

/** The same for operations on several tables. */
export function consumedCapacities(wanted: Wanted, unitsByTable: ReadonlyMap<string, number>) {
  if (wanted === undefined || wanted === 'NONE') return {};
  return { ConsumedCapacity: [...unitsByTable].map(([tableName, units]) => capacityOf(wanted, tableName, units)) };
}

function capacityOf(wanted: Wanted, tableName: string, units: number) {
  const table = wanted === 'INDEXES' ? { Table: { CapacityUnits: units } } : {};
  return { TableName: tableName, CapacityUnits: units, ...table };
}

/** A write costs by the larger of the item before and after. */
export function writeUnits(before: Item | undefined, after: Item | undefined): number {
  return Math.max(capacityUnits(before, false, true), capacityUnits(after, false, true));
}

export function readUnits(item: Item | undefined, consistent = false): number {
  return capacityUnits(item, true, consistent);
}

export function addUnits(unitsByTable: Map<string, number>, tableName: string, units: number): void {
  unitsByTable.set(tableName, (unitsByTable.get(tableName) ?? 0) + units);
}
