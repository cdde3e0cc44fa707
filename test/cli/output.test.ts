import { change, list, plural, printAnswer, printable, table, time } from '../../cli/output';

test('a table is aligned under its titles, with nothing behind a line', () => {
  const columns = [{ title: 'units', align: 'right' }, { title: 'what' }, { title: 'note' }] as const;
  expect(
    table(columns, [
      ['+10,000', 'purchase', ''],
      ['-3', 'settlement', 'late'],
    ]),
  ).toEqual(['  units  what        note', '+10,000  purchase', '     -3  settlement  late']);
});

test('a list has its values below each other', () => {
  expect(
    list([
      ['plan', 'pro'],
      ['standing', 'active'],
    ]),
  ).toEqual(['plan      pro', 'standing  active']);
});

test('what others have written cannot move the cursor', () => {
  expect(printable('a\u001b[2Jb\r\nc\u2028d')).toBe('a [2Jb c d');
  expect(table([{ title: 'x' }], [['a\nb']])).toEqual(['x', 'a b']);
});

test.each([
  [12_000, '+12,000'],
  [-3, '-3'],
  [0, '0'],
])('a change of %d is %s', (units, expected) => {
  expect(change(units)).toBe(expected);
});

test('one is no plural', () => {
  expect([plural(1, 'event'), plural(2_000, 'event')]).toEqual(['1 event', '2,000 events']);
});

test('times are in UTC, to the second', () => {
  expect(time('2026-11-23T12:00:00.000Z')).toBe('2026-11-23 12:00:00');
});

test('an answer is lines for people, or one document for machines', () => {
  const printed: string[] = [];
  const output = { print: (text: string) => printed.push(text), complain: () => undefined };
  printAnswer(output, {}, { a: 1 }, () => ['a', '1']);
  printAnswer(output, { json: true }, { a: 1 }, () => ['a', '1']);
  expect(printed).toEqual(['a\n1', '{\n  "a": 1\n}']);
});
