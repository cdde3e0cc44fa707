import type { RestApiModel } from '../template/model';
import type { RequestContext } from './context';
import { type HeaderLine, overrideHeaders } from './headers';
import type { GatewayRequest } from './request';
import type { Route } from './router';

/** One call on its way through the gateway: what was sent, and what is known of it so far. */
export interface Call {
  readonly api: RestApiModel;
  readonly request: GatewayRequest;
  /** What follows the base path, as the caller wrote it. */
  readonly path: string;
  readonly traceId: string;
  readonly context: RequestContext;
  readonly route?: Route;
  /** URL-decoded. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** A call whose resource and method are known. */
export interface RoutedCall extends Call {
  readonly route: Route;
}

/** The headers that Lambda functions see. What a caller claims about the connection is overwritten. */
export function eventHeaders({ request, traceId }: Call): HeaderLine[] {
  return overrideHeaders(request.headers, [
    ['X-Amzn-Trace-Id', traceId],
    ['X-Forwarded-For', request.sourceIp],
    ['X-Forwarded-Port', String(request.port)],
    ['X-Forwarded-Proto', 'http'],
  ]);
}
