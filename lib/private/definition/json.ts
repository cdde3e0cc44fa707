import { Token } from 'aws-cdk-lib';

export type Json = Readonly<Record<string, unknown>>;

/** An object as it is written, and not one that only the deployment knows. */
export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Token.isUnresolved(value);
}

/** Nothing is an object without members. */
export function json(value: unknown): Json {
  return isJson(value) ? value : {};
}

/** Without the members that are not set. */
export function set(members: Json): Json {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
