import { Cost } from '../cost';
import type { ProtectOptions } from '../protect-options';
import type { CostEntry } from './catalogue';
import { covers, formatRoute, parseRoute, type Route } from './routes';
import { requireInteger } from './validation';

/** The routes that the options of `protect` name, and what they cost. */
export interface NamedRoutes {
  readonly costs: readonly Route[];
  readonly open: readonly Route[];
  readonly routePlans: readonly Route[];
  /** As the authorizer reads them. */
  readonly costEntries: Readonly<Record<string, CostEntry>>;
}

/** Reads the options, and refuses what no API could make sense of. */
export function nameRoutes(options: ProtectOptions, planIds: readonly string[]): NamedRoutes {
  const open = (options.open ?? []).map((text) => parseRoute('open', text));
  const costEntries = Object.fromEntries(
    Object.entries(options.costs ?? {}).map(([text, cost]) => [text, readCost(text, cost)]),
  );
  const costs = Object.keys(costEntries).map((text) => parseRoute('costs', text));
  const routePlans = Object.entries(options.routePlans ?? {}).map(([text, plans]) => {
    requirePlans(text, plans, planIds);
    return parseRoute('routePlans', text);
  });
  const free = [...costs, ...routePlans].find((route) => open.some((other) => covers(other, route)));
  if (free !== undefined) {
    throw new Error(`\`open\` must not name routes that have a cost or a plan, got: "${formatRoute(free)}"`);
  }
  return { costs, open, routePlans, costEntries };
}

function readCost(route: string, cost: number | Cost): CostEntry {
  if (cost instanceof Cost) {
    return cost._render();
  }
  requireInteger(`costs["${route}"]`, cost, 0);
  return cost;
}

function requirePlans(route: string, plans: readonly string[], known: readonly string[]): void {
  const unknown = plans.find((plan) => !known.includes(plan));
  if (unknown !== undefined || plans.length === 0) {
    const got = JSON.stringify(unknown ?? []);
    throw new Error(`\`routePlans["${route}"]\` must name some of ${JSON.stringify(known)}, got: ${got}`);
  }
}
