import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Catalogue } from '../../lib/private/catalogue';
import { publicUrl, resourceUrl } from '../adapters/api-gateway';
import { type PaymentHeaders, paymentRequired, type RefusedCall } from '../domain/payment-required';

/** The names by which the gateway responses send them as well. */
const HEADERS: Readonly<Partial<Record<keyof PaymentHeaders, string>>> = {
  link: 'Link',
  rateLimit: 'RateLimit',
  rateLimitPolicy: 'RateLimit-Policy',
  retryAfter: 'Retry-After',
  paymentRequired: 'PAYMENT-REQUIRED',
};

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The 402 that the gateway would have answered with, had the authorizer known what the call costs. It has no challenge of the Payment
 * scheme: what a call pays itself is taken by the authorizer alone, which has let this one pass.
 */
export function paymentAnswer(
  event: APIGatewayProxyEvent,
  catalogue: Catalogue,
  billingPath: string,
  refused: Pick<RefusedCall, 'customer' | 'reason' | 'balance' | 'cost' | 'plans' | 'now'>,
): Answer {
  const { body, headers } = paymentRequired(catalogue, {
    ...refused,
    requestId: event.requestContext.requestId,
    resourceUrl: resourceUrl(event),
    billingUrl: `${publicUrl(event)}/${billingPath}`,
  });
  const sent = Object.entries(HEADERS).flatMap(([key, name]) => {
    const value = headers[key as keyof PaymentHeaders];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    status: 402,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ...Object.fromEntries(sent) },
    body: JSON.stringify(body),
  };
}
