/** One header line; names keep the case they came in, and a name may come more than once. */
export type HeaderLine = readonly [name: string, value: string];

export function headerLines(rawHeaders: readonly string[]): HeaderLine[] {
  const lines: HeaderLine[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    lines.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  }
  return lines;
}

/** The last value of a header, whatever case its name came in. */
export function headerValue(lines: readonly HeaderLine[], name: string): string | undefined {
  return lines.findLast(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

export function withoutHeaders(lines: readonly HeaderLine[], lowerCaseNames: ReadonlySet<string>): HeaderLine[] {
  return lines.filter(([name]) => !lowerCaseNames.has(name.toLowerCase()));
}

/** Where names differ in case only, the overriding lines replace the others. */
export function overrideHeaders(lines: readonly HeaderLine[], overriding: readonly HeaderLine[]): HeaderLine[] {
  const names = new Set(overriding.map(([name]) => name.toLowerCase()));
  return [...withoutHeaders(lines, names), ...overriding];
}

/** Of several values API Gateway keeps the last. `fromEntries` defines properties, so `__proto__` is a name like any other. */
export function singleValues(lines: readonly HeaderLine[]): Record<string, string> {
  return Object.fromEntries(lines);
}

export function multiValues(lines: readonly HeaderLine[]): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of lines) {
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return Object.fromEntries(values);
}

/** Header values cannot break lines, and go over the wire as bytes: text beyond Latin-1 does so in UTF-8. */
export function wireValue(value: string): string {
  const isWide = [...value].some((character) => character.charCodeAt(0) > 0xff);
  const bytes = isWide ? Buffer.from(value, 'utf8').toString('latin1') : value;
  return [...bytes].map((character) => (isControl(character.charCodeAt(0)) ? ' ' : character)).join('');
}

function isControl(code: number): boolean {
  return (code < 0x20 && code !== 0x09) || code === 0x7f;
}
