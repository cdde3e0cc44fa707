import { randomBytes, randomUUID } from 'node:crypto';
import type { ResumeEntry } from '../../lib/private/catalogue';
import { Environment } from '../../lib/private/environment';
import { REQUEST_SECRET_BYTES } from '../domain/kept-request';
import type { Resuming } from '../domain/resume';
import { DynamoDbKeptRequests } from './dynamodb-kept-requests';
import type { ItemReads, ItemUpdates } from './dynamodb-update';

/** What keeps refused requests, as the constructs have put it into the environment; nothing where none are kept. */
export function readResuming(items: ItemReads & ItemUpdates, table: string): Resuming | undefined {
  const rendered = process.env[Environment.RESUME];
  return rendered === undefined
    ? undefined
    : {
        requests: new DynamoDbKeptRequests(items, table),
        resume: JSON.parse(rendered) as ResumeEntry,
        newRequestSecret: () => randomBytes(REQUEST_SECRET_BYTES),
        newId: randomUUID,
      };
}
