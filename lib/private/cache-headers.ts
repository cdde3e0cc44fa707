import type { CacheEntry } from './catalogue';

/** The headers that carry credentials, as most programs write them. */
const CREDENTIAL_HEADERS = ['X-API-Key', 'Authorization'];

/**
 * The spellings of a header's name by which a cached answer is found. API Gateway's parameters tell upper from lower case, and headers do
 * not: what it did not see would be a request without the header, and all such requests would be one.
 */
export function headerSpellings(name: string): string[] {
  const lower = name.toLowerCase();
  const title = lower.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
  return [...new Set([lower, title, name, name.toUpperCase()])];
}

/** Every spelling of every header by which answers of a route are found. */
export function keyHeaders({ perCustomer, headers = [] }: CacheEntry): string[] {
  const names = [...(perCustomer === true ? CREDENTIAL_HEADERS : []), ...headers];
  return [...new Set(names.flatMap(headerSpellings))];
}

interface KnownHeaders {
  readonly spellings: ReadonlySet<string>;
  readonly lowerCase: ReadonlySet<string>;
}

/** An entry lives as long as the execution environment that asks for it with every call. */
const KNOWN = new WeakMap<CacheEntry, KnownHeaders>();

/** Whether a header by which answers are found is spelt so that the cache would not see it. */
export function isHiddenFromCache(names: readonly string[], entry: CacheEntry): boolean {
  const { spellings, lowerCase } = knownHeaders(entry);
  return names.some((name) => !spellings.has(name) && lowerCase.has(name.toLowerCase()));
}

function knownHeaders(entry: CacheEntry): KnownHeaders {
  const known = KNOWN.get(entry) ?? readHeaders(keyHeaders(entry));
  KNOWN.set(entry, known);
  return known;
}

function readHeaders(spellings: readonly string[]): KnownHeaders {
  return { spellings: new Set(spellings), lowerCase: new Set(spellings.map((name) => name.toLowerCase())) };
}
