import { Token } from 'aws-cdk-lib';

/** Headers that API Gateway sets itself, or refuses to set by a mapping, and those that say how a message is framed. */
const RESERVED = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'expect',
  'host',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-amzn-apigateway-api-id',
  'x-amzn-trace-id',
]);

/** Refuses what cannot be the name of a header that a mapping sets. Names are part of the mapping's own name, so never a token. */
export function requireHeaderName(prop: string, name: string): void {
  if (Token.isUnresolved(name)) {
    throw new Error(`\`${prop}\` must be a literal string, got a token: ${name}`);
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name) || RESERVED.has(name.toLowerCase())) {
    throw new Error(
      `\`${prop}\` must name a header of 1 to 64 letters, digits, - and _, and none that API Gateway sets itself, got: ${JSON.stringify(name)}`,
    );
  }
}

/** Refuses names of which two are one: header names have no case. */
export function requireDistinctHeaders(prop: string, names: readonly string[]): void {
  const lower = names.map((name) => name.toLowerCase());
  const twice = names.find((_, index) => lower.indexOf(lower[index] ?? '') !== index);
  if (twice !== undefined) {
    throw new Error(`\`${prop}\` must name distinct headers, got twice: ${JSON.stringify(twice)}`);
  }
}
