import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { toBalanceWritten } from '../adapters/dynamodb-balance-stream';
import {
  type CustomerEvent,
  type CustomerEventBus,
  type CustomerEventTerms,
  customerEvents,
} from '../domain/customer-events';

export interface CustomerEventsDependencies {
  readonly bus: CustomerEventBus;
  readonly terms: CustomerEventTerms;
  readonly logError: (message: string, about: Readonly<Record<string, string>>, error: unknown) => void;
}

/** Events that are sent together. */
const GROUP = 10;

interface Told {
  readonly record: DynamoDBRecord;
  readonly event: CustomerEvent;
}

/** Tells what a batch of the stream has changed for customers; from the first that could not be told on, Lambda brings it again. */
export async function handle(
  { Records }: DynamoDBStreamEvent,
  dependencies: CustomerEventsDependencies,
): Promise<DynamoDBBatchResponse> {
  const { told, unreadable } = read(Records, dependencies);
  for (let start = 0; start < told.length; start += GROUP) {
    const group = told.slice(start, start + GROUP);
    try {
      await dependencies.bus.send(group.map(({ event }) => event));
    } catch (error) {
      const customers = [...new Set(group.map(({ event }) => event.detail.customer))].join(' ');
      dependencies.logError('events of customers could not be told', { customers }, error);
      return failedFrom(group[0]?.record);
    }
  }
  return failedFrom(unreadable);
}

/** What is to be told, up to a record of which that cannot be said. */
function read(
  records: readonly DynamoDBRecord[],
  { terms, logError }: CustomerEventsDependencies,
): { readonly told: readonly Told[]; readonly unreadable?: DynamoDBRecord } {
  const told: Told[] = [];
  for (const record of records) {
    try {
      const written = toBalanceWritten(record);
      told.push(...(written === undefined ? [] : customerEvents(written, terms)).map((event) => ({ record, event })));
    } catch (error) {
      logError('a change of a balance could not be read', { customer: record.dynamodb?.Keys?.pk?.S ?? '' }, error);
      return { told, unreadable: record };
    }
  }
  return { told };
}

function failedFrom(record: DynamoDBRecord | undefined): DynamoDBBatchResponse {
  const itemIdentifier = record?.dynamodb?.SequenceNumber;
  return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
}
