import { LeanItemUpdates } from '../adapters/dynamodb-lean/item-updates';
import { createHandler, openReport } from './handler';

const report = openReport();
const updates = new LeanItemUpdates({ onRetry: report.countStoreRetry });
// While Lambda fetches the first event.
updates.open();

export const handler = createHandler(updates, report);
