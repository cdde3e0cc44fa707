import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry } from '../../../local/store/database';
import { Journal } from '../../../local/store/journal';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const MEGABYTE = 1024 * 1024;
const entryOf = (text: string): Entry => ({ writes: [{ table: 'Paywall', put: { pk: { S: text } } }] });

describe('a journal', () => {
  test('that has grown large is compacted while it is in use', () => {
    // GIVEN
    const journal = new Journal(folder);
    journal.compact([]);
    for (let n = 0; n < 33; n++) journal.append(entryOf('x'.repeat(MEGABYTE)));
    const wasLarge = journal.isLarge;

    // WHEN
    journal.compact([entryOf('a')]);
    journal.append(entryOf('b'));
    journal.close();

    // THEN
    expect(wasLarge).toBe(true);
    expect(journal.isLarge).toBe(false);
    expect([...new Journal(folder).replay()]).toEqual([entryOf('a'), entryOf('b')]);
  });

  test('takes nothing once it is closed', () => {
    const journal = new Journal(folder);
    journal.compact([]);
    journal.close();

    expect(() => journal.append(entryOf('a'))).toThrow('closed');
  });

  test('is as it was where a compaction fails', () => {
    const journal = new Journal(folder);
    journal.compact([entryOf('a')]);
    const failing = (function* (): Generator<Entry> {
      yield entryOf('b');
      throw new Error('no space left');
    })();

    expect(() => journal.compact(failing)).toThrow('no space left');
    journal.append(entryOf('c'));
    journal.close();

    expect([...new Journal(folder).replay()]).toEqual([entryOf('a'), entryOf('c')]);
  });
});
