import { createHash } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { type ImportRow, MAX_KEY_NAME } from '../../lib/private/operations';
import { CommandError } from '../errors';
import { printable } from '../output';

/** A row of the file: what is sent of it, or why it is not. The key itself goes no further than this. */
export type KeyRow = {
  /** Where it begins in the file, from 1. */
  readonly line: number;
  readonly customer?: string;
} & ({ readonly row: ImportRow } | { readonly refused: string });

/**
 * A file of API keys as API Gateway imports them, with columns of our own beside: `customer`, `plan`, `expires`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-key-file-format.html
 */
export class KeyFile {
  /** Opens a file. @throws CommandError */
  public static async open(path: string, defaultPlan?: string): Promise<KeyFile> {
    try {
      const found = await stat(path);
      if (!found.isFile()) {
        throw new CommandError(`${path} is no file`);
      }
      return new KeyFile(path, found.size, defaultPlan);
    } catch (error) {
      throw error instanceof CommandError ? error : new CommandError(`${path} cannot be read: ${reasonOf(error)}`);
    }
  }

  private source?: ReadStream;

  private constructor(
    private readonly path: string,
    public readonly bytes: number,
    private readonly defaultPlan?: string,
  ) {}

  public get bytesRead(): number {
    return this.source?.bytesRead ?? 0;
  }

  /** The rows, one after the other, as fast as they are asked for. @throws CommandError where the file is no CSV */
  public async *rows(): AsyncGenerator<KeyRow> {
    this.source = createReadStream(this.path);
    // A list of usage plans may be in single quotes, which are none to CSV: such a row has more cells than the header.
    const parser = parse({ bom: true, raw: true, relax_column_count: true, skip_empty_lines: true });
    pipeline(this.source, parser, () => undefined);
    const seen = new Map<string, number>();
    let columns: Columns | undefined;
    let line = 1;
    try {
      for await (const { record, raw } of parser as AsyncIterable<Parsed>) {
        if (columns === undefined) {
          columns = columnsOf(record, this.path);
        } else {
          const [emptyLines = ''] = /^[\r\n]*/.exec(raw) ?? [];
          yield readRow(record, line + linesIn(emptyLines), columns, seen, this.defaultPlan);
        }
        line += linesIn(raw);
      }
    } catch (error) {
      if (error instanceof CommandError) {
        throw error;
      }
      // The parser's own message quotes the file.
      const what = error instanceof CsvError ? `is no CSV from line ${line} on (${error.code})` : undefined;
      throw new CommandError(`${this.path} ${what ?? `cannot be read: ${reasonOf(error)}`}`);
    } finally {
      this.source.destroy();
    }
    if (columns === undefined) {
      throw new CommandError(`${this.path} is empty: its first line must name the columns, and one of them \`key\``);
    }
  }
}

interface Parsed {
  readonly record: readonly string[];
  /** As it stands in the file, with the empty lines before it. */
  readonly raw: string;
}

/** The parser's own count has the lines of a quoted cell twice where they end in CR LF. */
function linesIn(text: string): number {
  return text.match(/\r\n|\r|\n/g)?.length ?? 0;
}

interface Columns {
  readonly count: number;
  /** Whether cells that are too many belong to the last column. */
  readonly endsInList: boolean;
  readonly of: (record: readonly string[], name: string) => string;
}

function columnsOf(header: readonly string[], path: string): Columns {
  const names = header.map((name) => name.trim().toLowerCase());
  if (!names.includes('key')) {
    throw new CommandError(`${path} has no column \`key\`: its first line must name the columns`);
  }
  return {
    count: names.length,
    endsInList: names.at(-1) === 'usageplanids',
    of: (record, name) => record[names.indexOf(name)]?.trim() ?? '',
  };
}

/** As API Gateway takes the values of keys. */
export const IMPORTABLE = /^[\x21-\x7e]{20,128}$/;
const OWN_KEY = /^pw_(?:live|test)_/;
const CUSTOMER = /^[0-9A-Za-z]{14}$/;
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

function readRow(
  record: readonly string[],
  line: number,
  columns: Columns,
  seen: Map<string, number>,
  defaultPlan: string | undefined,
): KeyRow {
  const cell = (name: string) => columns.of(record, name);
  const [key, customer, expires] = [cell('key'), cell('customer'), cell('expires')];
  const enabled = cell('enabled').toLowerCase();
  const isKey = IMPORTABLE.test(key) && !OWN_KEY.test(key);
  const hash = isKey ? createHash('sha256').update(key).digest('base64url') : '';
  const refused =
    (record.length > columns.count && !columns.endsInList && 'it has more cells than the first line') ||
    (key === '' && 'it has no key') ||
    (OWN_KEY.test(key) && 'it is a key of cdk-paywall, which names its customer itself') ||
    (!isKey && keyFault(key)) ||
    (seen.has(hash) && `it has the key of line ${seen.get(hash)}`) ||
    (!['', 'true', 'false'].includes(enabled) && '`enabled` must be true or false') ||
    (enabled === 'false' && 'it is disabled') ||
    (customer !== '' && !CUSTOMER.test(customer) && '`customer` must be 14 letters and digits') ||
    (expires !== '' && !isDate(expires) && '`expires` must be a date such as 2027-01-31 or 2027-01-31T12:00:00Z') ||
    undefined;
  if (isKey && !seen.has(hash)) {
    seen.set(hash, line);
  }
  const known = { line, ...(CUSTOMER.test(customer) && { customer }) };
  if (refused !== undefined) {
    return { ...known, refused };
  }
  const plan = cell('plan') || defaultPlan;
  const name = printable(cell('name')).trim().slice(0, MAX_KEY_NAME) || `line ${line}`;
  return {
    ...known,
    row: {
      hash,
      name,
      ...(customer !== '' && { customer }),
      ...(plan !== undefined && { plan }),
      ...(expires !== '' && { expiresAt: new Date(expires).toISOString() }),
    },
  };
}

/** What is wrong with a key, without the key. */
function keyFault(key: string): string {
  if (key.length < 20) {
    return `its key is too short: ${key.length} characters, and not 20`;
  }
  return key.length > 128
    ? `its key is too long: ${key.length} characters, and not 128`
    : 'its key has characters that are not printable ASCII, or spaces';
}

function isDate(text: string): boolean {
  return DATE.test(text) && !Number.isNaN(Date.parse(text));
}

function reasonOf(error: unknown): string {
  return String(Object(error).code ?? error);
}
