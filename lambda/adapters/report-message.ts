import type { ChargedCall, Settlement } from '../domain/settlement';

/** A report on its way through the queue, as the billing routes have checked it. */
export function writeReport(call: ChargedCall, units: number): string {
  return JSON.stringify({ ...call, units });
}

export function readReport(body: string): Settlement {
  return { ...(JSON.parse(body) as ChargedCall & { units: number }), kind: 'report' };
}
