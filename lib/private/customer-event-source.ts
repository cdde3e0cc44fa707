/** The source of the paywall's own events. */
export const CUSTOMER_EVENT_SOURCE = 'cdk-paywall';
