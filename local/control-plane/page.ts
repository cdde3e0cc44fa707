import { badRequest } from './errors';

/** "The default value is 25 and the maximum value is 500." */
const DEFAULT_LIMIT = 25;
const MOST = 500;

/** A page in the order of ids, so that what is deleted between two pages moves nothing from one to the other. */
export function page<T extends { readonly id: string }, S>(
  found: readonly T[],
  query: URLSearchParams,
  shape: (one: T) => S,
): { readonly item: S[]; readonly position?: string } {
  const limit = limitOf(query);
  const position = query.get('position') ?? '';
  const rest = found.filter(({ id }) => id > position).sort((a, b) => (a.id < b.id ? -1 : 1));
  const items = rest.slice(0, limit);
  return { item: items.map(shape), ...(rest.length > limit && { position: items.at(-1)?.id }) };
}

function limitOf(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
    throw badRequest(`limit must be between 1 and ${MOST}, got: ${query.get('limit')}`);
  }
  return limit;
}
