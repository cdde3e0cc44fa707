import { SqsError, simpleQueueServiceError } from './errors';

export interface BatchEntry {
  readonly Id?: unknown;
}

const MAX_ENTRIES = 10;

/** The entries of a batch request, if SQS takes them as a batch. */
export function entriesOf<Entry extends BatchEntry>(entries: unknown, entryType: string): Entry[] {
  const given = (Array.isArray(entries) ? entries : []) as Entry[];
  if (given.length === 0) {
    throw simpleQueueServiceError('EmptyBatchRequest', `There should be at least one ${entryType} in the request.`);
  }
  if (given.length > MAX_ENTRIES) {
    const message = `Maximum number of entries per request are ${MAX_ENTRIES}. You have sent ${given.length}.`;
    throw simpleQueueServiceError('TooManyEntriesInBatchRequest', message);
  }
  const ids = new Set<unknown>();
  for (const { Id } of given) {
    if (typeof Id !== 'string' || !/^[\w-]{1,80}$/.test(Id)) {
      const allowed = 'can only contain alphanumeric characters, hyphens and underscores';
      throw simpleQueueServiceError(
        'InvalidBatchEntryId',
        `A batch entry id ${allowed}. It can be at most 80 letters long.`,
      );
    }
    if (ids.has(Id)) {
      throw simpleQueueServiceError('BatchEntryIdsNotDistinct', `Id ${Id} repeated.`);
    }
    ids.add(Id);
  }
  return given;
}

/** Each entry succeeds or fails by itself. */
export function eachOf<Entry extends BatchEntry>(entries: readonly Entry[], run: (entry: Entry) => object | undefined) {
  const successful: object[] = [];
  const failed: object[] = [];
  for (const entry of entries) {
    try {
      successful.push({ Id: entry.Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof SqsError)) {
        throw error;
      }
      failed.push({ Id: entry.Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return {
    ...(successful.length > 0 && { Successful: successful }),
    ...(failed.length > 0 && { Failed: failed }),
  };
}
