import { Token } from 'aws-cdk-lib';

/** What the names of all of Stripe's partner event sources begin with. */
export const STRIPE_EVENT_SOURCES = 'aws.partner/stripe.com/';

/** Refuses what cannot be the name of a partner event source of Stripe's; a token is taken as it is. */
export function requireStripeEventSource(name: string, value: string): void {
  if (Token.isUnresolved(value) || /^aws\.partner\/stripe\.com\/[._A-Za-z0-9-]{1,200}$/.test(value)) {
    return;
  }
  throw new Error(
    `\`${name}\` must be a partner event source of Stripe's, "${STRIPE_EVENT_SOURCES}ed_…", got: ${JSON.stringify(value)}`,
  );
}
