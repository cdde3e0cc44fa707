import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { IMPORTABLE, KeyFile, type KeyRow } from '../../cli/import/key-file';
import { Progress } from '../../cli/import/progress';
import { isImportable } from '../../lambda/domain/imported-keys';
import type { ImportRow } from '../../lib/private/operations';
import { Tool } from './tool';

const KEY = 'aBcDeFgHiJ0123456789aBcDeFgHiJ0123456789';
const hashOf = (key: string) => createHash('sha256').update(key).digest('base64url');

let tool: Tool;
let folder: string;
let file: string;

beforeAll(async () => {
  tool = await Tool.start();
  folder = mkdtempSync(join(tmpdir(), 'cdk-paywall-import-'));
  file = join(folder, 'keys.csv');
});

afterAll(async () => {
  await tool.close();
  rmSync(folder, { recursive: true });
});

async function rowsOf(text: string, plan?: string): Promise<KeyRow[]> {
  writeFileSync(file, text);
  const rows: KeyRow[] = [];
  for await (const row of (await KeyFile.open(file, plan)).rows()) {
    rows.push(row);
  }
  return rows;
}

const keyOf = (index: number) => `made-by-api-gateway-${String(index).padStart(8, '0')}`;

describe('a file of keys', () => {
  test('has its columns in any order and case, and of each key the hash is taken', async () => {
    const text = `Plan,KEY,name,Customer,expires,whatever\npro,${KEY},laptop,abcdefghij1234,2027-01-31,x\n`;
    expect(await rowsOf(text)).toEqual([
      {
        line: 2,
        customer: 'abcdefghij1234',
        row: {
          hash: hashOf(KEY),
          name: 'laptop',
          customer: 'abcdefghij1234',
          plan: 'pro',
          expiresAt: '2027-01-31T00:00:00.000Z',
        },
      },
    ]);
  });

  test.each(['\n', '\r\n', '\r'])(
    'may end its lines with %j, quote cells over several of them, and leave some empty',
    async (end) => {
      const text = [
        '\ufeffkey,name,description',
        `${keyOf(1)},"Doe, ""Jane""","two`,
        'lines"',
        '',
        '',
        `${keyOf(2)},other,`,
        'short,third,',
      ].join(end);
      expect(await rowsOf(text)).toEqual([
        { line: 2, row: { hash: hashOf(keyOf(1)), name: 'Doe, "Jane"' } },
        { line: 6, row: { hash: hashOf(keyOf(2)), name: 'other' } },
        { line: 7, refused: 'its key is too short: 5 characters, and not 20' },
      ]);
    },
  );

  test('may have a list of usage plans in single quotes at its end, as API Gateway takes it, and nowhere else', async () => {
    const list = `key,usageplanIds\n${keyOf(1)},'a1,b2'\n`;
    expect(await rowsOf(list)).toMatchObject([{ row: { hash: hashOf(keyOf(1)) } }]);
    const middle = `usageplanIds,key\n'a1,b2',${keyOf(1)}\n`;
    expect(await rowsOf(middle)).toEqual([{ line: 2, refused: 'it has more cells than the first line' }]);
  });

  test('names a key by its line where it has no name, and puts new customers on the plan that was asked for', async () => {
    const rows = await rowsOf(`key,name,plan\n${keyOf(1)}\n${keyOf(2)},"a\nb${'x'.repeat(200)}",free\n`, 'pro');
    expect(rows).toMatchObject([{ row: { name: 'line 2', plan: 'pro' } }, { row: { plan: 'free' } }]);
    const name = (rows[1] as { row: ImportRow }).row.name;
    expect([name.length, name.slice(0, 3)]).toEqual([100, 'a b']);
  });

  test.each([
    ['', 'it has no key'],
    ['x'.repeat(19), 'its key is too short: 19 characters, and not 20'],
    ['x'.repeat(129), 'its key is too long: 129 characters, and not 128'],
    ['made by hand, with spaces', 'its key has characters that are not printable ASCII, or spaces'],
    [`pw_live_${'a'.repeat(53)}`, 'it is a key of cdk-paywall, which names its customer itself'],
  ])('has a key that is refused: %j', async (key, refused) => {
    expect(await rowsOf(`key,name\n"${key}",x\n`)).toEqual([{ line: 2, refused }]);
  });

  test.each([
    ['enabled', 'FALSE', 'it is disabled'],
    ['enabled', 'no', '`enabled` must be true or false'],
    ['customer', 'ada', '`customer` must be 14 letters and digits'],
    ['expires', '31.1.2027', '`expires` must be a date such as 2027-01-31 or 2027-01-31T12:00:00Z'],
    ['expires', '2027-02-31T99:00:00Z', '`expires` must be a date such as 2027-01-31 or 2027-01-31T12:00:00Z'],
  ])('has a row that is refused: %s %s', async (column, value, refused) => {
    expect(await rowsOf(`key,${column}\n${KEY},${value}\n`)).toMatchObject([{ line: 2, refused }]);
  });

  test('has each key once', async () => {
    const rows = await rowsOf(`key,enabled\n${KEY},false\n${KEY},true\n${KEY},\n`);
    expect(rows.map((row) => ('refused' in row ? row.refused : 'sent'))).toEqual([
      'it is disabled',
      'it has the key of line 2',
      'it has the key of line 2',
    ]);
  });

  test('takes for keys what the authorizer looks up', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ minLength: 15, maxLength: 135 }), fc.constant(KEY)), (text) => {
        expect(IMPORTABLE.test(text)).toBe(isImportable(text));
      }),
    );
    expect(isImportable(`pw_test_${'a'.repeat(53)}`)).toBe(false);
  });
});

describe('import', () => {
  beforeEach(() => {
    tool.asked();
  });

  const imported = { outcome: 'imported', reason: null };
  const answerWith = (outcomeOf: (row: ImportRow) => object) => {
    tool.answer = ({ rows }) => ({ answer: { rows: (rows as ImportRow[]).map(outcomeOf) } });
  };

  test('sends hashes, some hundred at a time, and counts what becomes of them', async () => {
    const keys = Array.from({ length: 1_203 }, (_, index) => keyOf(index));
    writeFileSync(file, `key,name\n${keys.map((key) => `${key},x`).join('\n')}\n`);
    answerWith(({ hash }) => (hash === hashOf(keyOf(7)) ? { outcome: 'present', reason: null } : imported));
    const { exitCode, out, err } = await tool.run('import', file, '--by', 'bob');
    expect([exitCode, err]).toEqual([0, []]);
    expect(out).toBe('rows           1,203\nimported       1,202\nthere already  1\nrefused        0');
    const asked = tool.asked();
    expect(asked.map(({ rows }) => (rows as ImportRow[]).length).toSorted()).toEqual([203, 500, 500]);
    expect(asked[0]).toMatchObject({ operation: 'import', by: 'bob' });
    expect(asked.flatMap(({ rows }) => (rows as ImportRow[]).map(({ hash }) => hash)).toSorted()).toEqual(
      keys.map(hashOf).toSorted(),
    );
    expect(JSON.stringify(asked)).not.toContain('made-by-api-gateway');
  });

  test('tells what was refused, here and there, by its line and never by its key', async () => {
    writeFileSync(file, `key,customer\n${keyOf(1)},abcdefghij1234\nshort,\n${keyOf(2)},\n`);
    answerWith(({ customer }) =>
      customer === undefined ? imported : { outcome: 'refused', reason: 'it is "another" customer’s' },
    );
    const told = await tool.run('import', file);
    expect([told.exitCode, told.err]).toEqual([
      1,
      [
        'line 2: it is "another" customer’s',
        'line 3: its key is too short: 5 characters, and not 20',
        'cdk-paywall: 2 rows of 3 refused: see above, or all of them with --report',
      ],
    ]);
    const report = join(folder, 'refused.csv');
    const { err, out } = await tool.run('import', file, '--report', report, '--json');
    expect(err).toEqual([`cdk-paywall: 2 rows of 3 refused: see ${report}`]);
    expect(JSON.parse(out)).toEqual({ rows: 3, imported: 1, present: 0, refused: 2 });
    expect(readFileSync(report, 'utf8').split('\n').toSorted()).toEqual([
      '',
      '2,abcdefghij1234,"it is ""another"" customer’s"',
      '3,,"its key is too short: 5 characters, and not 20"',
      'line,customer,reason',
    ]);
    expect(statSync(report).mode & 0o077).toBe(0);
  });

  test('that is cut off says that it can be run again, and reads no further', async () => {
    writeFileSync(file, `key\n${Array.from({ length: 5_000 }, (_, index) => keyOf(index)).join('\n')}\n`);
    tool.answer = () => 'Task timed out after 600.00 seconds';
    const { exitCode, out, err } = await tool.run('import', file);
    expect([exitCode, out]).toEqual([1, '']);
    expect(err).toEqual([
      'cdk-paywall: the function Shop-Operations failed: Task timed out after 600.00 seconds (run it again: what has been imported is skipped)',
    ]);
    expect(tool.asked().length).toBeLessThan(10);
  });

  test.each([
    ['', / is empty: its first line must name the columns, and one of them `key`/],
    ['name,value\na,b\n', / has no column `key`: its first line must name the columns/],
    [`key,name\n${KEY},"open\n`, / is no CSV from line 2 on \(CSV_QUOTE_NOT_CLOSED\)/],
    [`key,name\n${keyOf(1)},x\n${KEY},a"b\n`, / is no CSV from line 3 on \(INVALID_OPENING_QUOTE\)/],
  ])('of what is no such file is one line, without a word of it: %j', async (text, line) => {
    writeFileSync(file, text);
    answerWith(() => imported);
    const { exitCode, err } = await tool.run('import', file);
    expect([exitCode, err]).toEqual([1, [expect.stringMatching(line)]]);
    expect(err.join()).not.toContain(KEY);
  });

  test('of a file that there is not, or into one that cannot be written, is one line', async () => {
    const missing = join(folder, 'none.csv');
    expect((await tool.run('import', missing)).err).toEqual([`cdk-paywall: ${missing} cannot be read: ENOENT`]);
    expect((await tool.run('import', folder)).err).toEqual([`cdk-paywall: ${folder} is no file`]);
    writeFileSync(file, 'key\n');
    const report = join(folder, 'none', 'refused.csv');
    expect((await tool.run('import', file, '--report', report)).err).toEqual([
      `cdk-paywall: ${report} cannot be written: ENOENT`,
    ]);
  });
});

describe('progress', () => {
  function progress(isTerminal: boolean) {
    let now = 0;
    const [drawn, told]: [string[], string[]] = [[], []];
    const redraw = isTerminal ? (line: string) => void drawn.push(line) : undefined;
    const bar = new Progress({ print: () => undefined, complain: (line) => told.push(line), redraw }, 200, () => now);
    const at = (time: number, bytes: number, rows: number) => {
      now = time;
      bar.update(bytes, rows);
    };
    return { at, bar, drawn, told };
  }

  test('is a bar on a terminal, and gone at its end', () => {
    const { at, bar, drawn, told } = progress(true);
    at(50, 20, 10);
    at(100, 100, 1_000);
    at(500, 200, 2_000);
    bar.end();
    expect(drawn).toEqual([
      `[${'#'.repeat(15)}${'.'.repeat(15)}]  50 %  1,000 rows`,
      `[${'#'.repeat(30)}] 100 %  2,000 rows`,
      '',
    ]);
    expect(told).toEqual([]);
  });

  test('is a line now and then elsewhere', () => {
    const { at, bar, told } = progress(false);
    at(9_999, 20, 10);
    at(10_000, 100, 1_000);
    at(12_000, 150, 1_500);
    bar.end();
    expect(told).toEqual(['50 %, 1,000 rows']);
  });
});
