/**
 * What a line of the access log holds, and where API Gateway takes it from. A value that a call has none of is written as `-`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
 */
export const ACCESS_LOG_FIELDS = {
  requestId: '$context.requestId',
  requestTime: '$context.requestTime',
  sourceIp: '$context.identity.sourceIp',
  httpMethod: '$context.httpMethod',
  // Not the path: that of a checkout link would let whoever reads logs follow it.
  resourcePath: '$context.resourcePath',
  status: '$context.status',
  responseType: '$context.error.responseType',
  responseLatency: '$context.responseLatency',
  integrationStatus: '$context.integration.status',
  integrationLatency: '$context.integrationLatency',
  charge: '$context.authorizer.charge',
  customer: '$context.authorizer.customer',
  plan: '$context.authorizer.plan',
  cost: '$context.authorizer.cost',
  bought: '$context.authorizer.bought',
  period: '$context.authorizer.period',
  cachedCost: '$context.authorizer.cachedCost',
  reason: '$context.authorizer.reason',
} as const;

export type AccessLogLine = Readonly<Record<keyof typeof ACCESS_LOG_FIELDS, string>>;

/** What API Gateway writes where there is no value. */
export const NO_VALUE = '-';

/** The fields that giving back needs, in whatever format an API's access log has. */
export const REFUND_FIELDS = ['charge', 'status', 'responseType', 'customer', 'cost', 'bought', 'period'] as const;

/** What tells, besides, that a call was answered from the cache, and is free by that. */
export const CACHE_FIELDS = ['integrationLatency', 'cachedCost'] as const;

/** What the authorizer says a call costs that is answered from the cache, where that is not what any other costs. */
export const FREE_WHEN_CACHED = 0;

/** The cache answers without asking the integration, which then took no time at all. */
const FREE = `$.cachedCost = "${FREE_WHEN_CACHED}" && $.integrationLatency = "${NO_VALUE}"`;

const NOT_SERVED = `$.cost != "${NO_VALUE}" && ($.status = "5*" || $.responseType != "${NO_VALUE}" || (${FREE}))`;

/**
 * Lines of calls that were charged and then answered with a server error, refused by API Gateway itself (429, 400, 413, …), or answered
 * from the cache where that is free.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export const NOT_SERVED_PATTERN = `{ ${NOT_SERVED} }`;

/** Those, and lines of calls that were answered with 402. */
export const NOT_SERVED_OR_REFUSED_PATTERN = `{ (${NOT_SERVED}) || $.status = "402" }`;
