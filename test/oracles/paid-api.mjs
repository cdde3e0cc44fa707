import { after } from 'node:test';
import { startPaidApi } from '../e2e/paid-api.ts';

/** The local gateway in front of an app, until the tests of the file are over. */
export async function startGateway(define) {
  const api = await startPaidApi({}, define);
  after(() => api.close());
  return api;
}
