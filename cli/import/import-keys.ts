import { type ImportRow, MAX_IMPORTED_ROWS } from '../../lib/private/operations';
import type { Target } from '../target';
import type { KeyFile, KeyRow } from './key-file';

/** Requests that are under way at once: what waits for the one is read for the next. */
const PARALLEL = 8;

/** What became of the rows of a file. */
export interface ImportSummary {
  readonly rows: number;
  readonly imported: number;
  /** Imported by an earlier run. */
  readonly present: number;
  readonly refused: number;
}

export interface ImportListener {
  onRefused(line: number, customer: string | undefined, reason: string): void;
  onProgress(bytes: number, rows: number): void;
}

type Sent = KeyRow & { readonly row: ImportRow };

/** Sends the rows of a file, some hundred at a time, and counts what becomes of them. */
export async function importKeys(
  file: KeyFile,
  target: Pick<Target, 'operate'>,
  by: string,
  listener: ImportListener,
): Promise<ImportSummary> {
  const counts = { rows: 0, imported: 0, present: 0, refused: 0 };
  const refuse = ({ line, customer }: KeyRow, reason: string) => {
    counts.refused += 1;
    listener.onRefused(line, customer, reason);
  };
  const send = async (batch: readonly Sent[]) => {
    const { rows } = await target.operate('import', { rows: batch.map(({ row }) => row), by });
    rows.forEach(({ outcome, reason }, index) => {
      const sent = batch[index];
      if (outcome === 'refused' && sent !== undefined) {
        refuse(sent, reason ?? '');
      } else if (outcome !== 'refused') {
        counts[outcome] += 1;
      }
    });
    listener.onProgress(file.bytesRead, counts.rows);
  };
  const underWay = new Set<Promise<void>>();
  const start = (batch: readonly Sent[]) => {
    const request = send(batch).finally(() => underWay.delete(request));
    // A failure is met where the request is waited for.
    request.catch(() => undefined);
    underWay.add(request);
  };
  let batch: Sent[] = [];
  try {
    for await (const row of file.rows()) {
      counts.rows += 1;
      if ('refused' in row) {
        refuse(row, row.refused);
        continue;
      }
      batch.push(row);
      if (batch.length === MAX_IMPORTED_ROWS) {
        start(batch);
        batch = [];
        if (underWay.size === PARALLEL) {
          await Promise.race(underWay);
        }
      }
    }
    if (batch.length > 0) {
      start(batch);
    }
    await Promise.all(underWay);
  } finally {
    // What is under way is done in any case: it is counted, or its failure is one that was met.
    await Promise.allSettled(underWay);
  }
  return counts;
}
