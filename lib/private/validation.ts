import { type Duration, Token } from 'aws-cdk-lib';

const MAX_UNITS = 10 ** 12;

/** Refuses a number that is no integer within the bounds; a token is taken as it is. */
export function requireInteger(name: string, value: number, min: number, max: number = MAX_UNITS): void {
  if (Token.isUnresolved(value)) {
    return;
  }
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw new Error(`\`${name}\` must be an integer between ${count(min)} and ${count(max)}, got: ${value}`);
  }
}

/** Refuses an id that could not stand in a URL, a key and a construct id alike. Ids are part of data, so never a token. */
export function requireId(name: string, value: string): void {
  if (Token.isUnresolved(value)) {
    throw new Error(`\`${name}\` must be a literal string, got a token: ${value}`);
  }
  if (!/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(value)) {
    throw new Error(
      `\`${name}\` must be 1 to 32 lower-case letters, digits and inner hyphens, got: ${JSON.stringify(value)}`,
    );
  }
}

/** Refuses a list in which two entries have one id. */
export function requireDistinctIds(name: string, ids: readonly string[]): void {
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) {
    throw new Error(`\`${name}\` must have distinct ids, got twice: ${JSON.stringify(twice)}`);
  }
}

/** A segment of a URL's path. */
export function requirePathSegment(name: string, value: string): void {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(value)) {
    throw new Error(`\`${name}\` must be one path segment of letters, digits, - and _, got: ${JSON.stringify(value)}`);
  }
}

/** Refuses an empty or an overlong text; a token is taken as it is. */
export function requireText(name: string, value: string, max: number): void {
  if (Token.isUnresolved(value)) {
    return;
  }
  if (value.trim() === '' || value.length > max) {
    throw new Error(`\`${name}\` must be 1 to ${max} characters, got: ${JSON.stringify(value)}`);
  }
}

/**
 * Refuses what is no IANA time zone; a token is taken as it is. Names that the list lacks, such as `UTC`, are known to the formatter;
 * offsets such as `+01:00`, which newer ones know as well, are no time zones.
 */
export function requireTimeZone(name: string, value: string): void {
  if (Token.isUnresolved(value) || Intl.supportedValuesOf('timeZone').includes(value)) {
    return;
  }
  if (!/^[A-Za-z]/.test(value) || !isKnownToFormatter(value)) {
    throw new Error(`\`${name}\` must be an IANA time zone such as "Europe/Berlin", got: ${JSON.stringify(value)}`);
  }
}

/** Refuses what is neither an https URL nor an http URL of the loopback, such as an issuer's; a token is taken as it is. */
export function requireHttpUrl(name: string, value: string): void {
  if (Token.isUnresolved(value)) {
    return;
  }
  // It stands in quotation marks in the headers of a 401.
  const url = URL.canParse(value) && !/["'\\\s]/.test(value) ? new URL(value) : undefined;
  const isLoopback = url !== undefined && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && isLoopback)) {
    throw new Error(
      `\`${name}\` must be an https URL, or an http URL of the loopback (localhost), got: ${JSON.stringify(value)}`,
    );
  }
}

function isKnownToFormatter(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

/** Refuses what API Gateway's cache does not keep answers for; a token is taken as it is. */
export function requireCacheTtl(name: string, ttl: Duration): void {
  if (ttl.isUnresolved()) {
    return;
  }
  const seconds = ttl.toSeconds({ integral: false });
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 3600) {
    throw new Error(`\`${name}\` must be between 1 second and 1 hour, in whole seconds, got: ${ttl.toString()}`);
  }
}

function count(value: number): string {
  return value === MAX_UNITS ? '10^12' : String(value);
}
