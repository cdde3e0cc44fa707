import type Stripe from 'stripe';
import type { Route } from './route';

/** The account that the secret API key is of, as far as anybody here asks for it. */
const ACCOUNT: Pick<
  Stripe.Account,
  'id' | 'object' | 'charges_enabled' | 'payouts_enabled' | 'details_submitted' | 'type'
> = {
  id: 'acct_1LocalStandIn000',
  object: 'account',
  type: 'standard',
  charges_enabled: true,
  payouts_enabled: true,
  details_submitted: true,
};

export const accountRoutes: readonly Route[] = [{ method: 'GET', path: '/v1/account', handle: () => ACCOUNT }];
