import { Token, Tokenization } from 'aws-cdk-lib';
import type { TopUpEntry } from '../catalogue';
import type { ApiFacts, RouteTerms } from './api-facts';
import type { Json } from './operations';

/**
 * `x-payment-info` of an operation, as clients of the Payment authentication scheme read it: what is sold is top-ups, so an offer is one
 * of these, and not the price of a call. The other members are this paywall's own.
 */
export function paymentInfo({ plans, topUps, isPaidByCalls }: ApiFacts, terms: RouteTerms): Json {
  const offers = isPaidByCalls ? offersOf(topUps) : [];
  return {
    ...(offers.length > 0 ? { offers } : { amount: null }),
    ...(terms.isEstimate ? { estimatedUnitsPerCall: terms.units } : { unitsPerCall: terms.units }),
    plans: terms.plans ?? plans.map(({ id }) => id),
  };
}

/** Top-ups whose price is known here, the cheapest first; that of a price at Stripe is shown at checkout alone. */
function offersOf(topUps: readonly TopUpEntry[]): Json[] {
  return [...topUps].sort(byAmount).flatMap(({ id, name, units, price }) => {
    const { amount, currency } = price;
    return amount === undefined || currency === undefined
      ? []
      : [
          {
            amount: amountText(amount),
            currency,
            method: 'stripe',
            intent: 'charge',
            description: name,
            topUp: id,
            units,
          },
        ];
  });
}

function byAmount({ price: one }: TopUpEntry, { price: other }: TopUpEntry): number {
  const [first = 0, second = 0] = [one.amount, other.amount];
  return Token.isUnresolved(first) || Token.isUnresolved(second) ? 0 : first - second;
}

function amountText(amount: number): string {
  return Token.isUnresolved(amount) ? Tokenization.stringifyNumber(amount) : String(amount);
}
