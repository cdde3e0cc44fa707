import type Stripe from 'stripe';
import type { Context } from '../context';
import { invalidRequest } from '../errors';
import type { Params } from '../form';
import { listOf } from '../objects/list';
import type { Tables } from '../state';

export interface ApiRequest {
  readonly context: Context;
  readonly path: string;
  /** What stands for `:id` in the path. */
  readonly id: string;
  readonly params: Params;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `/v1/customers/:id`. */
  readonly path: string;
  readonly handle: (request: ApiRequest) => object;
}

const LIST_PARAMS = ['limit', 'starting_after', 'ending_before', 'created'];
const MOST = 100;
const DEFAULT = 10;

/** The page that was asked for, newest first as all of Stripe's lists. */
export function listPage<T extends { id: string }>(
  { params, path }: ApiRequest,
  rows: readonly T[],
  filters: readonly string[] = [],
): Stripe.ApiList<T> {
  params.only(LIST_PARAMS, filters);
  const limit = params.integer('limit', 1) ?? DEFAULT;
  if (limit > MOST) {
    throw invalidRequest(`Invalid integer: limit must be at most ${MOST}, got: ${limit}`, { param: 'limit' });
  }
  const newestFirst = createdWithin(params, rows).reverse();
  const before = params.string('ending_before');
  if (before !== undefined) {
    const sooner = newestFirst.slice(0, indexOf(newestFirst, before, 'ending_before'));
    return listOf(path, sooner.slice(-limit), sooner.length > limit);
  }
  const after = params.string('starting_after');
  const later =
    after === undefined ? newestFirst : newestFirst.slice(indexOf(newestFirst, after, 'starting_after') + 1);
  return listOf(path, later.slice(0, limit), later.length > limit);
}

/** The list of a table whose rows are found by some of their members. */
export function listRoute<T extends 'charge' | 'dispute' | 'payment_intent' | 'refund'>(
  path: string,
  table: T,
  filters: (keyof Tables[T] & string)[],
): Route {
  return {
    method: 'GET',
    path,
    handle: (request) =>
      listPage(request, matching(request.params, request.context.store.all(table), filters), filters),
  };
}

/** Keeps the rows whose members are as the parameters of the same names say. */
export function matching<T extends object>(
  params: Params,
  rows: readonly T[],
  names: readonly (keyof T & string)[],
): T[] {
  return rows.filter((row) =>
    names.every((name) => {
      const wanted = params.string(name);
      return wanted === undefined || String(row[name]) === wanted;
    }),
  );
}

function indexOf(rows: readonly { id: string }[], id: string, param: string): number {
  const index = rows.findIndex((row) => row.id === id);
  if (index === -1) {
    throw invalidRequest(`No such object in this list: '${id}'`, { param, code: 'resource_missing' });
  }
  return index;
}

function createdWithin<T extends object>(params: Params, rows: readonly T[]): T[] {
  if (!params.has('created')) {
    return [...rows];
  }
  const range = params.isHash('created') ? params.child('created')?.only(['gt', 'gte', 'lt', 'lte']) : undefined;
  const exactly = range === undefined ? params.integer('created') : undefined;
  const from = exactly ?? range?.integer('gte') ?? (range?.integer('gt') ?? -1) + 1;
  const to = exactly ?? range?.integer('lte') ?? (range?.integer('lt') ?? Number.POSITIVE_INFINITY) - 1;
  return rows.filter((row) => 'created' in row && Number(row.created) >= from && Number(row.created) <= to);
}
