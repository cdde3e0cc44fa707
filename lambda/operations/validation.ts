import type { Catalogue, PlanEntry } from '../../lib/private/catalogue';
import { GRANT_ID, type OperationName, type Operations } from '../../lib/private/operations';
import { type AcceptedKeys, RefusedError } from './dependencies';

/** What an operation is asked, as it arrives: whoever may invoke the function writes what he likes. */
export type Asked<Name extends OperationName> = {
  readonly [Member in keyof Operations[Name]['request']]?: unknown;
};

/** The event that asks for any of them. */
export type AskedEvent = { readonly operation?: unknown } & {
  readonly [Member in MembersOf<OperationName>]?: unknown;
};

type MembersOf<Name extends OperationName> = Name extends unknown ? keyof Operations[Name]['request'] : never;

export function requireWhole(name: string, value: unknown, max: number): asserts value is number {
  if (!Number.isSafeInteger(value) || Number(value) < 1 || Number(value) > max) {
    const bounds = `between 1 and ${max.toLocaleString('en-US')}`;
    throw new RefusedError(`\`${name}\` must be a whole number ${bounds}, got: ${JSON.stringify(value)}`);
  }
}

/** One line of text: what is kept is printed on terminals later. */
export function requireLine(name: string, value: unknown, max: number): asserts value is string {
  if (typeof value !== 'string' || value.trim() === '' || value.length > max || /\p{Cc}/u.test(value)) {
    throw new RefusedError(`\`${name}\` must be one line of 1 to ${max} characters, got: ${JSON.stringify(value)}`);
  }
}

export function requireId(id: unknown): asserts id is string {
  if (typeof id !== 'string' || !GRANT_ID.test(id)) {
    throw new RefusedError(`\`id\` must be 1 to 64 letters, digits, -, _, . and :, got: ${JSON.stringify(id)}`);
  }
}

/** Refuses to make a key that would open nothing. */
export function requireKeys({ own }: AcceptedKeys): void {
  if (!own) {
    throw new RefusedError(
      'no key opens this API: its callers are known by tokens alone (`identities` of the paywall)',
    );
  }
}

/** The plan of that id, which must be sold. @throws RefusedError */
export function requirePlan(id: unknown, { plans }: Catalogue): PlanEntry {
  const plan = plans.find((candidate) => candidate.id === id);
  if (plan === undefined) {
    const known = plans.map((candidate) => candidate.id).join(', ');
    throw new RefusedError(`there is no plan ${JSON.stringify(id)}: the plans are ${known}`);
  }
  return plan;
}
