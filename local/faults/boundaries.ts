import type { IncomingHttpHeaders } from 'node:http';
import { Environment } from '../../lib/private/environment';

/** A service that functions ask. */
export type Boundary = 'apigateway' | 'dynamodb' | 'events' | 'lambda' | 'secretsmanager' | 'sqs' | 'stripe';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Where functions find each, by their environment variables. */
export const ENDPOINTS: Readonly<Record<Boundary, string>> = {
  apigateway: 'AWS_ENDPOINT_URL_API_GATEWAY',
  dynamodb: 'AWS_ENDPOINT_URL_DYNAMODB',
  events: 'AWS_ENDPOINT_URL_EVENTBRIDGE',
  lambda: 'AWS_ENDPOINT_URL_LAMBDA',
  secretsmanager: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  sqs: 'AWS_ENDPOINT_URL_SQS',
  stripe: Environment.STRIPE_API_BASE,
};

export const BOUNDARIES = Object.keys(ENDPOINTS) as readonly Boundary[];

/** Of AWS's services, each request says in its signature for which it is. */
const SCOPE = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//;

/** Whom a request is for; nothing where it says so neither by a signature nor by a key of Stripe's. */
export function boundaryOf({ authorization = '' }: IncomingHttpHeaders): Boundary | undefined {
  const name = authorization.startsWith('Bearer ') ? 'stripe' : SCOPE.exec(authorization)?.[1];
  return BOUNDARIES.find((boundary) => boundary === name);
}

/** What a request asks for: `UpdateItem` where there is a target, else its method and path, `POST /v1/refunds`. */
export function operationOf(headers: IncomingHttpHeaders, method = '', url = ''): string {
  const target = headers['x-amz-target']?.toString().split('.').at(-1);
  return target ?? `${method} ${url.split('?')[0]}`;
}

/** How each says that it is asked too often. */
const THROTTLED: Readonly<Record<Boundary, readonly [status: number, type: string]>> = {
  apigateway: [429, 'TooManyRequestsException'],
  dynamodb: [400, 'ThrottlingException'],
  events: [400, 'ThrottlingException'],
  lambda: [429, 'TooManyRequestsException'],
  secretsmanager: [400, 'ThrottlingException'],
  sqs: [400, 'RequestThrottled'],
  stripe: [429, 'rate_limit'],
};

export function throttled(boundary: Boundary): Answer {
  const [status, type] = THROTTLED[boundary];
  return errorAnswer(boundary, status, type, 'Rate exceeded');
}

/** An error in the boundary's own shape; by default, the one that says that the service itself has failed. */
export function errorAnswer(boundary: Boundary, status = 500, type = failureOf(boundary), message = type): Answer {
  if (boundary === 'stripe') {
    const error = status === 429 ? { type: 'invalid_request_error', code: type, message } : { type, message };
    return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ error }) };
  }
  const contentType = boundary === 'dynamodb' ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1';
  return {
    status,
    headers: { 'content-type': contentType, 'x-amzn-errortype': type, 'x-amzn-requestid': 'fault' },
    body: JSON.stringify({ __type: type, message }),
  };
}

function failureOf(boundary: Boundary): string {
  const names: Partial<Record<Boundary, string>> = { lambda: 'ServiceException', stripe: 'api_error' };
  return names[boundary] ?? 'InternalServerError';
}
