/** The headers that a customer is known by, or pays by: whoever has them can call, and spend, in his name. */
export const CREDENTIAL_HEADERS = ['x-api-key', 'authorization', 'payment-authorization'] as const;
