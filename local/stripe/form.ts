import { parse } from 'qs';
import { invalidRequest, parameterMissing, parameterNotServed } from './errors';

const METADATA_KEYS = 50;
const METADATA_KEY_LENGTH = 40;
const METADATA_VALUE_LENGTH = 500;

type Values = Record<string, unknown>;

/** The parameters of a request, read by type; an error names its parameter as Stripe does, `line_items[0][price]`. */
export class Params {
  private constructor(
    private readonly values: Values,
    private readonly path: string,
  ) {}

  static parse(encoded: string): Params {
    // qs drops names such as `constructor` unless the objects have no prototype; as metadata keys they are legal.
    return new Params(parse(encoded, { depth: 8, arrayLimit: 100, parameterLimit: 5_000, plainObjects: true }), '');
  }

  /** Refuses what is in none of the lists. Called before anything is changed. */
  only(...served: readonly (readonly string[])[]): this {
    const known = new Set(served.flat());
    for (const name of Object.keys(this.values)) {
      if (!known.has(name)) {
        throw parameterNotServed(this.nameOf(name));
      }
    }
    return this;
  }

  /** The same parameters without some of them. */
  without(...names: readonly string[]): Params {
    const kept = Object.entries(this.values).filter(([name]) => !names.includes(name));
    return new Params(Object.fromEntries(kept), this.path);
  }

  has(name: string): boolean {
    return this.values[name] !== undefined;
  }

  isHash(name: string): boolean {
    return isHash(this.values[name]);
  }

  nameOf(name: string): string {
    return this.path === '' ? name : `${this.path}[${name}]`;
  }

  /** An empty string is Stripe's way to unset a value, so it reads as none. */
  string(name: string, maxLength = 5_000): string | undefined {
    const value = this.values[name];
    if (value === undefined || value === '') {
      return undefined;
    }
    if (typeof value !== 'string') {
      throw invalidRequest(`Invalid string: ${this.nameOf(name)}.`, { param: this.nameOf(name) });
    }
    if (value.length > maxLength) {
      throw invalidRequest(`${this.nameOf(name)} has more than ${maxLength} characters.`, { param: this.nameOf(name) });
    }
    return value;
  }

  requiredString(name: string): string {
    const value = this.string(name);
    if (value === undefined) {
      throw parameterMissing(this.nameOf(name));
    }
    return value;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.string(name);
    if (value === undefined) {
      return undefined;
    }
    const match = allowed.find((candidate) => candidate === value);
    if (match === undefined) {
      throw invalidRequest(`Invalid ${this.nameOf(name)}: must be one of ${allowed.join(', ')}, got: ${value}`, {
        param: this.nameOf(name),
      });
    }
    return match;
  }

  integer(name: string, minimum = 0): number | undefined {
    const value = this.string(name);
    if (value === undefined) {
      return undefined;
    }
    const number = Number(value);
    if (!/^-?\d+$/.test(value) || !Number.isSafeInteger(number)) {
      throw this.invalidInteger(name, `Invalid integer: ${value}`);
    }
    if (number < minimum) {
      throw this.invalidInteger(
        name,
        `Invalid integer: ${this.nameOf(name)} must be at least ${minimum}, got: ${value}`,
      );
    }
    return number;
  }

  boolean(name: string): boolean | undefined {
    const value = this.oneOf(name, ['true', 'false']);
    return value === undefined ? undefined : value === 'true';
  }

  url(name: string): string | undefined {
    const value = this.string(name);
    if (value === undefined) {
      return undefined;
    }
    // The braces of {CHECKOUT_SESSION_ID} are no part of a URL and are filled in only later.
    const filledIn = value.replaceAll(/[{}]/g, '');
    if (!URL.canParse(filledIn) || !/^https?:$/.test(new URL(filledIn).protocol)) {
      throw invalidRequest(`Not a valid URL: ${value}`, { param: this.nameOf(name), code: 'url_invalid' });
    }
    return value;
  }

  child(name: string): Params | undefined {
    const value = this.values[name];
    if (value === undefined || value === '') {
      return undefined;
    }
    if (!isHash(value)) {
      throw invalidRequest(`Invalid object: ${this.nameOf(name)}.`, { param: this.nameOf(name) });
    }
    return new Params(value, this.nameOf(name));
  }

  children(name: string): Params[] {
    return this.array(name).map((value, index) => {
      if (!isHash(value)) {
        throw invalidRequest(`Invalid object: ${this.nameOf(name)}[${index}].`, { param: this.nameOf(name) });
      }
      return new Params(value, `${this.nameOf(name)}[${index}]`);
    });
  }

  strings(name: string): string[] {
    return this.array(name).map((value) => {
      if (typeof value !== 'string') {
        throw invalidRequest(`Invalid array of strings: ${this.nameOf(name)}.`, { param: this.nameOf(name) });
      }
      return value;
    });
  }

  /** What is written over `current`: a key with an empty value goes, and an empty `metadata` takes all of them. */
  metadata(current: Record<string, string> = {}): Record<string, string> {
    if (this.values.metadata === '') {
      return {};
    }
    const given = this.child('metadata');
    const merged = new Map(Object.entries(current));
    for (const key of Object.keys(given?.values ?? {})) {
      merged.set(key, given?.string(key, METADATA_VALUE_LENGTH) ?? '');
    }
    const kept = [...merged].filter(([, value]) => value !== '');
    if (kept.length > METADATA_KEYS || kept.some(([key]) => key.length > METADATA_KEY_LENGTH)) {
      throw invalidRequest(`Metadata takes ${METADATA_KEYS} keys of up to ${METADATA_KEY_LENGTH} characters.`, {
        param: this.nameOf('metadata'),
      });
    }
    return Object.fromEntries(kept);
  }

  /** One text for the same parameters, in whatever order they came. */
  fingerprint(): string {
    return JSON.stringify(sorted(this.values));
  }

  private array(name: string): unknown[] {
    const value = this.values[name];
    if (value === undefined || value === '') {
      return [];
    }
    if (!Array.isArray(value)) {
      throw invalidRequest(`Invalid array: ${this.nameOf(name)}.`, { param: this.nameOf(name) });
    }
    return value;
  }

  private invalidInteger(name: string, message: string): Error {
    return invalidRequest(message, { param: this.nameOf(name), code: 'parameter_invalid_integer' });
  }
}

function isHash(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  if (isHash(value)) {
    return Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]);
  }
  return value;
}
