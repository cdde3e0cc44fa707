import type { HeaderLine } from '../headers';

export interface ProxyAnswer {
  readonly statusCode: number;
  readonly headers: readonly HeaderLine[];
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** No member is mandatory, and no other is allowed. */
const MEMBERS = new Set(['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded']);

/** Reads what a function behind a Lambda proxy integration returned; nothing where API Gateway calls it malformed. */
export function parseProxyAnswer(payload: unknown): ProxyAnswer | undefined {
  if (!isRecord(payload) || Object.keys(payload).some((key) => !MEMBERS.has(key))) {
    return undefined;
  }
  const statusCode = parseStatusCode(payload.statusCode);
  const headers = parseHeaders(payload.headers, payload.multiValueHeaders);
  const body = payload.body === undefined || payload.body === null ? '' : scalar(payload.body);
  if (statusCode === undefined || headers === undefined || body === undefined) {
    return undefined;
  }
  return { statusCode, headers, body, isBase64Encoded: payload.isBase64Encoded === true };
}

/** A number, or one in digits; 200 where there is none. */
function parseStatusCode(value: unknown): number | undefined {
  const statusCode = value === undefined || value === null ? 200 : Number(scalar(value));
  return Number.isInteger(statusCode) && statusCode >= 200 && statusCode <= 599 ? statusCode : undefined;
}

/** In both maps, a name takes the case and the place of the multi-value one, with the single value after its own. */
function parseHeaders(single: unknown, multiple: unknown): HeaderLine[] | undefined {
  if (!isRecordOrAbsent(single) || !isRecordOrAbsent(multiple)) {
    return undefined;
  }
  const lines: (readonly [string, string | undefined])[] = [];
  const names = new Map<string, string>();
  for (const [name, values] of Object.entries(multiple ?? {})) {
    if (!Array.isArray(values)) {
      return undefined;
    }
    names.set(name.toLowerCase(), name);
    lines.push(...values.map((value) => [name, scalar(value)] as const));
  }
  for (const [name, value] of Object.entries(single ?? {}).filter(([, element]) => element !== null)) {
    const known = names.get(name.toLowerCase());
    const line = [known ?? name, scalar(value)] as const;
    if (known === undefined || !lines.some(([key, other]) => key === known && other === line[1])) {
      lines.push(line);
    }
  }
  return lines.every((line): line is HeaderLine => line[1] !== undefined) ? lines : undefined;
}

/** Numbers and booleans are taken for text; objects are not. */
function scalar(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

function isRecordOrAbsent(value: unknown): value is Record<string, unknown> | undefined | null {
  return value === undefined || value === null || isRecord(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
