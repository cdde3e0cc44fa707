import { type ApiEntry, chargedUnits } from '../../lib/private/catalogue';

/** What a route asks of its caller. */
export interface RouteTerms {
  /** Units that a call is charged before it is served. */
  readonly cost: number;
  /** The ids of the plans that include the route, where not all do. */
  readonly plans?: readonly string[];
}

/**
 * What the route asks that a path belongs to, as far as the paywall's own entries tell: they name no route that costs one unit and is in
 * every plan. So beside `/items/{id}` for five units, `/items/new` is taken for one of those.
 */
export function termsOf(api: Pick<ApiEntry, 'costs' | 'routePlans'>, method: string, path: string): RouteTerms {
  return {
    cost: chargedUnits(closest(api.costs, method, path)),
    plans: closest(api.routePlans, method, path),
  };
}

/** The entry of the route that API Gateway would choose among those named: a segment's own name goes before a parameter, and that before the rest of a path. */
function closest<T>(entries: Readonly<Record<string, T>>, method: string, path: string): T | undefined {
  const fitting = Object.entries(entries).flatMap(([route, entry]) => {
    const [routeMethod = '', pattern = ''] = route.split(' ');
    const rank = routeMethod === method || routeMethod === 'ANY' ? rankOf(pattern, path) : undefined;
    return rank === undefined ? [] : [{ entry, rank: `${rank}${routeMethod === method ? 1 : 0}` }];
  });
  return fitting.sort((one, other) => (one.rank < other.rank ? 1 : -1))[0]?.entry;
}

/** One digit for each segment, so that ranks compare as texts; nothing where the path is not of the pattern. */
function rankOf(pattern: string, path: string): string | undefined {
  const [wanted, given] = [pattern, path].map((text) =>
    text
      .replace(/(.)\/$/, '$1')
      .split('/')
      .slice(1),
  );
  let rank = '';
  for (const [index, segment] of (wanted ?? []).entries()) {
    const sent = given?.[index];
    if (sent === undefined) {
      return undefined;
    }
    if (segment === '*' || /^\{.*\+\}$/.test(segment)) {
      return `${rank}1`;
    }
    const isParameter = /^\{.*\}$/.test(segment);
    if (!isParameter && segment !== sent) {
      return undefined;
    }
    rank += isParameter ? '2' : '3';
  }
  return wanted?.length === given?.length ? rank : undefined;
}
