import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { BillingRequest } from '../request';

/** What of a request of the page goes on to a billing route; never the credentials that it may have carried. */
const DROPPED = /^(accept|authorization|content-type|x-api-key|x-goog-api-key|x-checkout-claim)$/i;

export interface Asked {
  /** Of whoever is signed in. */
  readonly apiKey?: string;
  readonly body?: object;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
}

/**
 * A request of one of the billing routes, as a program would send it. The page has no way of its own to do anything: what it shows and does
 * goes through these routes, with their rules.
 */
export function askAs(request: BillingRequest, { apiKey, body, pathParameters, query }: Asked = {}): BillingRequest {
  const headers = withoutCredentials(request.event.headers ?? {});
  const event: APIGatewayProxyEvent = {
    ...request.event,
    headers: { ...headers, 'content-type': 'application/json', ...(apiKey !== undefined && { 'x-api-key': apiKey }) },
    multiValueHeaders: withoutCredentials(request.event.multiValueHeaders ?? {}),
    body: body === undefined ? null : JSON.stringify(body),
    isBase64Encoded: false,
    pathParameters: pathParameters ?? null,
    queryStringParameters: query ?? null,
  };
  return { ...request, event };
}

/** The JSON of an answer. */
export function answered<T>({ body }: APIGatewayProxyResult): T {
  return JSON.parse(body) as T;
}

function withoutCredentials<T>(headers: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !DROPPED.test(name)));
}
