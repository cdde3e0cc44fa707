import type { OperationName, Operations } from '../../lib/private/operations';
import { RefusedError } from './dependencies';

/** What an operation is asked, as it arrives: whoever may invoke the function writes what he likes. */
export type Asked<Name extends OperationName> = {
  readonly [Member in keyof Operations[Name]['request']]?: unknown;
};

/** The event that asks for any of them. */
export type AskedEvent = { readonly operation?: unknown } & Asked<'ledger'> & Asked<'grant'> & Asked<'replay'>;

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
