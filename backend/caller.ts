import type { MeteredEvent } from './index';

/** Who calls, and on what terms, as the paywall has found it. */
export interface PaywallCaller {
  /** The customer's id. */
  readonly customer: string;
  /** The id of the customer's plan. */
  readonly plan: string;
  /** Units that this call was charged. */
  readonly cost: number;
  /** Units that are left after it; absent where the plan has no limit. */
  readonly remaining?: number;
  /** Units that the plan includes a period; absent where it has no limit. */
  readonly limit?: number;
}

/**
 * Who calls, by the authorizer's word alone. A Lambda proxy integration hands on the headers that the caller has sent: one that says
 * `x-paywall-customer` says what the caller likes, and is never to be read.
 *
 * @param event the event of the call
 * @returns nothing on an open route, where nobody is known
 */
export function paywallCaller(event: MeteredEvent): PaywallCaller | undefined {
  const { customer, plan, cost, remaining, limit } = event.requestContext.authorizer ?? {};
  if (typeof customer !== 'string' || typeof plan !== 'string') {
    return undefined;
  }
  return {
    customer,
    plan,
    cost: units(cost) ?? 0,
    ...present('remaining', units(remaining)),
    ...present('limit', units(limit)),
  };
}

/** API Gateway hands numbers of the context on as text. */
function units(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

function present<Name extends string>(name: Name, value: number | undefined): { [name in Name]?: number } {
  return (value === undefined ? {} : { [name]: value }) as { [name in Name]?: number };
}
