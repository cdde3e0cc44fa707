import type { IncomingMessage } from 'node:http';
import type { LambdaRuntime } from '../lambda/runtime';
import { type Authorization, type Authorizers, authorizerContext, denialOf } from './authorizer';
import { CallerGoneError, readBody } from './body';
import type { ResponseCache } from './cache';
import type { Call, RoutedCall } from './call';
import type { RequestContext } from './context';
import { GatewayError, internalErrorLine } from './gateway-error';
import { renderGatewayResponse } from './gateway-responses';
import type { HttpAnswer } from './http-answer';
import { integrateMappedFunction } from './integrations/aws-function';
import { integrateFunction } from './integrations/aws-proxy';
import { integrateMappedHttp } from './integrations/http';
import { integrateHttp } from './integrations/http-proxy';
import { integrateMock } from './integrations/mock';
import { integrateStreamedFunction } from './integrations/streamed-function';
import { authorizePhase, failedAuthorizer, failedIntegration, type Phase, type Phases, runPhase } from './phases';
import { decodePathParameters, type Router } from './router';
import { headerApiKey, type UsageMeter } from './usage-plans';
import { validateBody, validateParameters } from './validation';

export interface PipelineServices {
  readonly lambda: LambdaRuntime;
  readonly authorizers: Authorizers;
  readonly usage: UsageMeter;
  readonly cache: ResponseCache;
  readonly clock: () => number;
  readonly log: (line: string) => void;
}

/** What became of a call, as its access log tells. */
export interface FinishedCall {
  readonly call: Call;
  readonly answer: HttpAnswer;
  readonly phases: Phases;
  /** Bytes of a body that was streamed, as far as the caller has taken it. */
  readonly streamedBytes?: number;
  /** Why API Gateway itself answered; absent where the integration did. */
  readonly error?: GatewayError;
}

/**
 * A call's way through API Gateway: route, authorizer, API key with throttle and quota, validation, payload, integration. The
 * authorizer is asked before the gateway throttles, validates and measures, so it has spoken for calls that are refused after it.
 */
export async function serveCall(
  call: Call,
  router: Router,
  message: IncomingMessage,
  services: PipelineServices,
): Promise<FinishedCall> {
  const pipeline = new Pipeline(call, services);
  const finished = await pipeline.serve(router, message);
  const { answer } = finished;
  const { requestId, extendedRequestId } = call.context;
  const headers = [...answer.headers, ['x-amzn-RequestId', requestId], ['x-amz-apigw-id', extendedRequestId]] as const;
  return { ...finished, answer: { ...answer, headers } };
}

class Pipeline {
  /** A gateway response may use whatever was known of the call when it was refused. */
  private call: Call;
  private readonly phases: Phases = {};

  constructor(
    call: Call,
    private readonly services: PipelineServices,
  ) {
    this.call = call;
  }

  public async serve(router: Router, message: IncomingMessage): Promise<FinishedCall> {
    try {
      const routed = this.route(router);
      const authorization = await this.authorize(routed);
      this.admit(authorization);
      validateParameters(this.routed());
      const body = await readBody(message);
      validateBody(this.routed(), body);
      const answer = await this.services.cache.answer(this.routed(), () => this.integrate(body));
      return { call: this.call, answer, phases: this.phases };
    } catch (error) {
      if (error instanceof CallerGoneError) {
        throw error;
      }
      return this.refuse(error);
    }
  }

  private route(router: Router): RoutedCall {
    const { request, path, context } = this.call;
    const route = router(request.httpMethod, path);
    if (route === undefined) {
      throw new GatewayError('MISSING_AUTHENTICATION_TOKEN');
    }
    const { resourceId, resourcePath, apiKeyRequired } = route.method;
    const apiKey = apiKeyRequired && this.call.api.apiKeySource === 'HEADER' ? headerApiKey(this.call) : undefined;
    this.call = {
      ...this.call,
      route,
      context: { ...context, resourceId, resourcePath, identity: { ...context.identity, ...(apiKey && { apiKey }) } },
    };
    this.call = { ...this.call, pathParameters: decodePathParameters(route) };
    return this.routed();
  }

  private async authorize(call: RoutedCall): Promise<Authorization | undefined> {
    const { authorizer } = call.route.method;
    if (authorizer === undefined) {
      return undefined;
    }
    const { authorizers, clock } = this.services;
    const phase: Phase = {};
    this.phases.authorizer = phase;
    const authorization = await runPhase(
      phase,
      clock,
      () => authorizers.ask(call, authorizer, phase),
      failedAuthorizer,
    );
    this.extendContext({ authorizer: authorizerContext(authorization) });
    const denial = denialOf(call, authorization);
    this.phases.authorize = authorizePhase(denial);
    if (denial !== undefined) {
      phase.status = denial.statusCode;
      throw denial;
    }
    return authorization;
  }

  private admit(authorization: Authorization | undefined): void {
    const key = this.services.usage.admit(this.routed(), authorization?.usageIdentifierKey, this.services.clock());
    if (key !== undefined) {
      this.extendContext({ identity: { ...this.call.context.identity, apiKey: key.value, apiKeyId: key.id } });
    }
  }

  private async integrate(body: Buffer): Promise<HttpAnswer> {
    const call = this.routed();
    const { clock, lambda } = this.services;
    const { type, isStreamed } = call.route.method.integration;
    if (type === 'MOCK') {
      // Nothing is asked, so there is no phase to tell of.
      return integrateMock(call, body);
    }
    const phase: Phase = {};
    this.phases.integration = phase;
    const ask = {
      AWS_PROXY: () => (isStreamed ? integrateStreamedFunction : integrateFunction)(call, body, lambda, phase),
      AWS: () => integrateMappedFunction(call, body, lambda, phase),
      HTTP_PROXY: () => integrateHttp(call, body, phase),
      HTTP: () => integrateMappedHttp(call, body, phase),
    }[type];
    return runPhase(phase, clock, ask, failedIntegration);
  }

  /** Whatever is no gateway error is a bug of ours. */
  private refuse(cause: unknown): FinishedCall {
    const isExpected = cause instanceof GatewayError;
    const error = isExpected ? cause : new GatewayError('DEFAULT_5XX');
    const detail = isExpected ? error.detail : internalErrorLine(cause);
    if (detail !== undefined) {
      const { httpMethod, path } = this.call.context;
      this.services.log(`${httpMethod} ${path}: ${detail}`.replace(/\s+/g, ' '));
    }
    return { call: this.call, answer: renderGatewayResponse(error, this.call), phases: this.phases, error };
  }

  private extendContext(more: Partial<RequestContext>): void {
    this.call = { ...this.call, context: { ...this.call.context, ...more } };
  }

  private routed(): RoutedCall {
    const { route } = this.call;
    if (route === undefined) {
      throw new Error('the call has no route yet');
    }
    return { ...this.call, route };
  }
}
