import type Stripe from 'stripe';

export interface PortalSessionDetails {
  readonly id: string;
  readonly created: number;
  readonly customer: string;
  readonly returnUrl: string | null;
  readonly url: string;
}

export function newPortalSession(details: PortalSessionDetails): Stripe.BillingPortal.Session {
  return {
    id: details.id,
    object: 'billing_portal.session',
    configuration: 'bpc_local',
    created: details.created,
    customer: details.customer,
    customer_account: null,
    flow: null,
    livemode: false,
    locale: null,
    on_behalf_of: null,
    return_url: details.returnUrl,
    url: details.url,
  };
}
