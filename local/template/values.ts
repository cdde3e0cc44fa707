/**
 * Readers for JSON of unknown shape. CloudFormation takes `'true'` for a boolean and `'5'` for a number, and a resolved
 * intrinsic is often such a string.
 */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function object(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

export function textList(value: unknown): string[] {
  return list(value)
    .map(text)
    .filter((item) => item !== undefined);
}

export function textMap(value: unknown): Record<string, string> {
  const map: Record<string, string> = {};
  for (const [name, entry] of Object.entries(object(value))) {
    const entryText = text(entry);
    if (entryText !== undefined) {
      map[name] = entryText;
    }
  }
  return map;
}

export function flag(value: unknown): boolean {
  return value === true || value === 'true';
}

export function number(value: unknown): number | undefined {
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : undefined;
}

/** The JSON object that a string holds, if it holds one. */
export function parseObject(json: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
