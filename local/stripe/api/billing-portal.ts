import { parameterMissing } from '../errors';
import { newId } from '../ids';
import { newPortalSession } from '../objects/portal-session';
import type { ApiRequest, Route } from './route';

export const billingPortalRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/billing_portal/sessions', handle: createPortalSession },
];

function createPortalSession({ context, params }: ApiRequest): object {
  params.only(['customer', 'return_url'], ['configuration', 'locale']);
  const customer = params.string('customer');
  if (customer === undefined) {
    throw parameterMissing('customer');
  }
  const id = newId('bps_');
  const session = newPortalSession({
    id,
    created: context.now(),
    customer: context.find('customer', customer, 'customer').id,
    returnUrl: params.url('return_url') ?? null,
    url: portalUrl(context.baseUrl, id),
  });
  context.store.put('billing_portal.session', session);
  return session;
}

/** Where the customer looks after the subscription. */
function portalUrl(baseUrl: string, id: string): string {
  return `${baseUrl}/p/session/${id}`;
}
