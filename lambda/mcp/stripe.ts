// Bundled beside the server, which loads it when something is bought or asked of Stripe, and for no other request.
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Environment } from '../../lib/private/environment';
import { systemClock } from '../adapters/clock';
import { requireEnv } from '../adapters/environment';
import { SecretReader } from '../adapters/secrets';
import { type Checkout, StripeCheckout } from '../adapters/stripe-checkout';
import { StripeConnection } from '../adapters/stripe-client';

export function openStripe(): Checkout {
  const secrets = new SecretReader(new SecretsManagerClient({}), systemClock);
  return new StripeCheckout(new StripeConnection(secrets, requireEnv(Environment.STRIPE_SECRET_KEY_ARN)));
}
