/** Where the tool writes to. */
export interface Output {
  /** Standard output: what was asked for. */
  readonly print: (text: string) => void;
  /** Standard error: one line for what is wrong, or for what is to be known beside the answer. */
  readonly complain: (line: string) => void;
  /** Writes over the last line of standard error; absent where that is no terminal. */
  readonly redraw?: (line: string) => void;
}

/** How an answer is wanted. */
export interface Format {
  /** As one JSON document, for machines. */
  readonly json?: boolean;
}

/** Prints an answer as JSON, or as it reads best. */
export function printAnswer(output: Output, { json }: Format, answer: object, human: () => readonly string[]): void {
  output.print(json ? JSON.stringify(answer, null, 2) : human().join('\n'));
}

export interface Column {
  readonly title: string;
  readonly align?: 'right';
}

/** Aligned columns under their titles. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => row.map(printable))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  const pad = (cell: string, index: number) =>
    columns[index]?.align === 'right' ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0);
  return lines.map((line) => line.map(pad).join('  ').trimEnd());
}

/** Values behind their names. */
export function list(values: readonly (readonly [name: string, value: string])[]): string[] {
  const width = Math.max(...values.map(([name]) => name.length));
  return values.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`);
}

/** `12,000` */
export function number(value: number): string {
  return value.toLocaleString('en-US');
}

/** `+12,000`, `-3` */
export function change(value: number): string {
  return value > 0 ? `+${number(value)}` : number(value);
}

/** `1 event`, `2 events` */
export function plural(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** UTC, to the second. */
export function time(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}

/** Text of others as it may stand in a line of a terminal: what would move the cursor is a space. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}
