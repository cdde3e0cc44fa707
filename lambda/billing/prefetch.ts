import { header } from '../adapters/api-gateway';
import type { BillingRequest } from './request';

/** Whether a browser asks for the page before anybody wants to see it; it says so in one of these headers. */
export function isPrefetch({ event }: BillingRequest): boolean {
  return ['sec-purpose', 'purpose', 'x-moz'].some((name) => header(event, name)?.includes('prefetch'));
}
