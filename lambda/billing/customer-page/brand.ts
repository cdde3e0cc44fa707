import { type Brand, NO_BRAND } from '../../page/layout';
import type { BillingDependencies, BillingRequest } from '../request';

/** Whose pages these are; of an API without a customer's page, nobody's. */
export function brandOf(
  { event, billingUrl }: Pick<BillingRequest, 'event' | 'billingUrl'>,
  { page }: Pick<BillingDependencies, 'page'>,
): Brand {
  // In clear there is only the local gateway.
  const isLocal = billingUrl.startsWith('http:');
  if (page === undefined) {
    return { ...NO_BRAND, isLocal };
  }
  const { logoUrl, accent, links } = page;
  const api = page.apis.find(({ apiId }) => apiId === event.requestContext.apiId);
  return { name: page.name ?? api?.name ?? '', logoUrl, accent, links, home: new URL(billingUrl).pathname, isLocal };
}
