import type Stripe from 'stripe';

export function listOf<T>(url: string, data: T[], hasMore = false): Stripe.ApiList<T> {
  return { object: 'list', url, has_more: hasMore, data };
}
