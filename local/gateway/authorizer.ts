import { randomUUID } from 'node:crypto';
import type { LambdaRuntime } from '../lambda/runtime';
import type { AuthorizerModel } from '../template/model';
import { type AuthorizerAnswer, parseAuthorizerResult } from './authorizer-answer';
import { eventHeaders, type RoutedCall } from './call';
import { ACCOUNT_ID, REGION } from './context';
import { GatewayError } from './gateway-error';
import { headerValue, multiValues, singleValues } from './headers';
import { resolveExpression } from './parameters';
import { INVOKED, type Phase } from './phases';
import { evaluatePolicy } from './policy';

export interface Authorization extends AuthorizerAnswer {
  /** What the authorizer took, in milliseconds; 0 from the cache. */
  readonly integrationLatency: number;
}

interface CachedAnswer {
  readonly answer: AuthorizerAnswer;
  readonly expiresAt: number;
}

/** With authorization on, API Gateway takes no longer a method ARN. */
const METHOD_ARN_LIMIT = 1_600;
/** Bounds what callers can make the cache hold. */
const CACHE_LIMIT = 10_000;

/** The Lambda authorizers, with the cache of their answers. */
export class Authorizers {
  private readonly cache = new Map<string, CachedAnswer>();

  constructor(
    private readonly lambda: LambdaRuntime,
    private readonly clock: () => number,
  ) {}

  /** Asks for a call, or finds the answer in the cache; whether it allows the call is for `denialOf` to say. */
  public async ask(call: RoutedCall, authorizer: AuthorizerModel, phase: Phase): Promise<Authorization> {
    const methodArn = methodArnOf(call);
    if (Buffer.byteLength(methodArn) > METHOD_ARN_LIMIT) {
      throw new GatewayError('DEFAULT_4XX', { statusCode: 414, message: 'Request URI too long' });
    }
    const sources = identityOf(call, authorizer);
    const cacheKey =
      authorizer.resultTtl > 0 && sources.length > 0 ? JSON.stringify([authorizer.id, sources]) : undefined;
    const cached = cacheKey === undefined ? undefined : this.cache.get(cacheKey);
    if (cached !== undefined && this.clock() < cached.expiresAt) {
      phase.status = 200;
      return { ...cached.answer, integrationLatency: 0 };
    }
    const event =
      authorizer.type === 'TOKEN'
        ? { type: 'TOKEN', methodArn, authorizationToken: sources[0] ?? '' }
        : requestAuthorizerEvent(call, methodArn);
    const requestId = randomUUID();
    const askedAt = this.clock();
    const result = await this.lambda.invoke(authorizer.functionArn, event, requestId);
    const answeredAt = this.clock();
    Object.assign(phase, { integrationStatus: INVOKED, integrationLatency: answeredAt - askedAt, requestId });
    const answer = parseAuthorizerResult(result);
    phase.status = 200;
    if (cacheKey !== undefined) {
      this.store(cacheKey, { answer, expiresAt: answeredAt + authorizer.resultTtl * 1000 });
    }
    return { ...answer, integrationLatency: answeredAt - askedAt };
  }

  private store(key: string, cached: CachedAnswer): void {
    this.cache.delete(key);
    this.cache.set(key, cached);
    const oldest = this.cache.size > CACHE_LIMIT ? this.cache.keys().next().value : undefined;
    if (oldest !== undefined) {
      this.cache.delete(oldest);
    }
  }
}

/** Why the call is not allowed, if it is not. A cached policy is held against the method that is called now. */
export function denialOf(call: RoutedCall, authorization: Authorization): GatewayError | undefined {
  const decision = evaluatePolicy(authorization.policy, methodArnOf(call));
  if (decision === 'explicitDeny') {
    const message = 'User is not authorized to access this resource with an explicit deny in an identity-based policy';
    return new GatewayError('ACCESS_DENIED', { message });
  }
  return decision === 'implicitDeny' ? new GatewayError('ACCESS_DENIED') : undefined;
}

/** `$context.authorizer` */
export function authorizerContext(authorization: Authorization): Record<string, string | number> {
  return {
    ...authorization.context,
    principalId: authorization.principalId,
    integrationLatency: authorization.integrationLatency,
  };
}

function methodArnOf({ api, request, path }: RoutedCall): string {
  return `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${api.id}/${api.stageName}/${request.httpMethod}${path}`;
}

/**
 * The values of the identity sources. One that is missing or empty is answered 401 without asking the function, and, as the API
 * reference has it, not only while caching is on.
 */
function identityOf(call: RoutedCall, authorizer: AuthorizerModel): string[] {
  const values = authorizer.identitySources.map((source) => identitySource(source, call) ?? '');
  if (values.includes('') || !isValidToken(values[0] ?? '', authorizer)) {
    throw new GatewayError('UNAUTHORIZED');
  }
  return values;
}

/** A TOKEN authorizer may have a pattern, so that noise does not reach its function. */
function isValidToken(token: string, { type, identityValidation }: AuthorizerModel): boolean {
  return type !== 'TOKEN' || identityValidation === undefined || new RegExp(`^(?:${identityValidation})$`).test(token);
}

/** Unlike mappings, identity sources find a header in whatever case HTTP/2 clients put it. */
function identitySource(source: string, call: RoutedCall): string | undefined {
  const header = /^method\.request\.header\.(.+)$/.exec(source)?.[1];
  return header === undefined ? resolveExpression(source, call) : headerValue(call.request.headers, header);
}

function requestAuthorizerEvent(call: RoutedCall, methodArn: string): object {
  const headers = eventHeaders(call);
  return {
    type: 'REQUEST',
    methodArn,
    resource: call.route.method.resourcePath,
    path: call.path,
    httpMethod: call.request.httpMethod,
    headers: singleValues(headers),
    multiValueHeaders: multiValues(headers),
    queryStringParameters: singleValues(call.request.query),
    multiValueQueryStringParameters: multiValues(call.request.query),
    pathParameters: call.pathParameters,
    stageVariables: call.api.stageVariables,
    requestContext: call.context,
  };
}
