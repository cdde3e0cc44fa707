import { LeanItemUpdates } from '../adapters/dynamodb-lean/item-updates';
import { createHandler } from './handler';

const updates = new LeanItemUpdates();
// While Lambda fetches the first event.
updates.open();

export const handler = createHandler(updates);
