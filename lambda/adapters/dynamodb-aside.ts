import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { EpochSeconds } from '../domain/clock';
import type { AsideUnits, PlanStep } from '../domain/ledger';
import { type Item, number } from './dynamodb-items';

/** What a balance keeps of plans that its customer has gone from, by plan. */
export function toAside({ aside }: Item): Map<string, AsideUnits> {
  const entries = Object.entries(aside?.M ?? {});
  return new Map(entries.map(([plan, { M }]) => [plan, { units: Number(M?.units?.N), until: Number(M?.until?.N) }]));
}

/** What it keeps after a step, which leaves `left`; nothing where it keeps as little as before. */
export function asideAfter(
  step: PlanStep,
  left: AsideUnits,
  item: Item,
  now: EpochSeconds,
): AttributeValue | undefined {
  if (step.setsAside !== true && item.aside === undefined) {
    return undefined;
  }
  const kept = step.setsAside === true ? toAside(item).set(step.from, left) : new Map<string, AsideUnits>();
  const entries = [...kept].filter(([plan, { until }]) => until > now && !step.resumes?.includes(plan));
  return {
    M: Object.fromEntries(
      entries.map(([plan, { units, until }]) => [plan, { M: { units: number(units), until: number(until) } }]),
    ),
  };
}
