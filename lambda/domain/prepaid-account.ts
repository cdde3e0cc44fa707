import type { PaymentReason } from './charge';

/**
 * The names by which x402 v2 tells that units of an account are asked for, and no coins: `prepaid` is no scheme of x402's own, and no
 * chain's namespace (CAIP-2), so that no wallet takes it for something that it can sign.
 */
export const PREPAID = { scheme: 'prepaid', network: 'prepaid:account', asset: 'units' } as const;

/** A path that is longer is left out, for all headers together may have 10,240 bytes. */
const MAX_RESOURCE_LENGTH = 1_024;

export interface PrepaidCall {
  /** The URL that was called. */
  readonly resourceUrl: string;
  /** The URL of the billing routes, which stands for one that is too long. */
  readonly billingUrl: string;
  /** The host name of the API. */
  readonly host: string;
  readonly reason: PaymentReason | 'usage_plan_quota_exceeded';
  readonly cost: number;
  /** Where units are bought. */
  readonly purchaseUrl: string;
  /** Seconds for which that leads there. */
  readonly lifetime: number;
}

/** The value of `PAYMENT-REQUIRED`: what a call needs of a prepaid account, and where the account is filled. */
export function prepaidHeader(call: PrepaidCall): string {
  const url = call.resourceUrl.length > MAX_RESOURCE_LENGTH ? call.billingUrl : call.resourceUrl;
  const requirements = {
    ...PREPAID,
    amount: String(call.cost),
    payTo: call.host,
    maxTimeoutSeconds: call.lifetime,
    extra: { purchaseUrl: call.purchaseUrl },
  };
  const required = { x402Version: 2, error: call.reason, resource: { url }, accepts: [requirements], extensions: {} };
  return Buffer.from(JSON.stringify(required)).toString('base64');
}
