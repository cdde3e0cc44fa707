import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const TEST = join(__dirname, '..');
const DOCUMENT = readFileSync(join(TEST, '..', 'docs', 'bad-days.md'), 'utf8');
const HEADING =
  '| what happens | what the caller gets | what is kept | what heals by itself, and what the operator does | test |';

/** The titles of the tests in a file, with `…` for what differs between those of a table. */
function titlesIn(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  const titles = [...source.matchAll(/^\s*(?:test(?:\.each\(\[.*?\n\s*\](?: as const)?\))?)\(\s*'([^']*)'/gms)];
  return titles.map(([, title = '']) => title.replace(/%s/g, '…'));
}

const e2e = readdirSync(join(TEST, 'e2e'), { recursive: true, encoding: 'utf8' }).filter((file) =>
  /\.(slow|test)\.ts$/.test(file),
);
const badDays = e2e.filter((file) => file.startsWith('bad-days'));
const titlesOf = (files: readonly string[]) => files.flatMap((file) => titlesIn(join(TEST, 'e2e', file)));

const rows = DOCUMENT.split('\n')
  .filter((line) => line.startsWith('| ') && !/\| test \|$/.test(line))
  .map((line) => line.slice(2, -2).split(' | '));

test('each row says what happens, what the caller gets, what is kept, what heals, and by which test that is known', () => {
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.filter((cells) => cells.length !== 5 || cells.some((cell) => cell.trim() === ''))).toEqual([]);
  expect(DOCUMENT.split(HEADING).length).toBe(5);
});

test('each row names a test that there is', () => {
  const titles = titlesOf(e2e);
  expect(rows.map((cells) => cells[4]).filter((title) => !titles.includes(String(title)))).toEqual([]);
});

test('each test of a bad day has a row, or stands in the text', () => {
  const text = DOCUMENT.replace(/\s+/g, ' ');
  const titles = titlesOf(badDays);
  const tests = badDays.flatMap((file) => [
    ...readFileSync(join(TEST, 'e2e', file), 'utf8').matchAll(/^\s*test[.(]/gm),
  ]);
  expect(titles).toHaveLength(tests.length);
  expect(titles.filter((title) => !text.includes(title))).toEqual([]);
});
