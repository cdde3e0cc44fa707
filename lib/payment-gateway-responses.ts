import { type CorsOptions, GatewayResponse, type IRestApi, ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import type { Identity } from './identity';
import type { UnauthorizedEntry } from './private/catalogue';
import { corsHeaders, quoted } from './private/cors';
import { renderUnauthorized } from './private/identities';

/** Properties of `PaymentGatewayResponses`. */
export interface PaymentGatewayResponsesProps {
  /** The API whose refusals they word. */
  readonly api: IRestApi;

  /**
   * Whose browsers may read them.
   *
   * @default - CORS is off
   */
  readonly cors?: CorsOptions;

  /**
   * Whether the 402 carries headers that the authorizer computed (`Link`, `RateLimit`, `RateLimit-Policy`, `Retry-After`,
   * `PAYMENT-REQUIRED`, `WWW-Authenticate`). Without them, persons and plain programs find the same in the body; clients of x402 and of
   * the Payment scheme find nothing.
   *
   * @default true
   */
  readonly paymentHeaders?: boolean;

  /**
   * By what callers are known, which the 401 names.
   *
   * @default [Identity.apiKeys()]
   */
  readonly identities?: Identity[];

  /**
   * Whether they word the refusals of requests that are not what the API's validators ask for, 400.
   *
   * @default false
   */
  readonly badRequests?: boolean;
}

interface Refusal {
  readonly type: ResponseType;
  readonly statusCode: string;
  readonly body: string;
  readonly headers?: Record<string, string>;
}

/** What API Gateway answers to callers that it refuses on the paywall's word, as problem details (RFC 9457). */
export class PaymentGatewayResponses extends Construct {
  constructor(scope: Construct, id: string, props: PaymentGatewayResponsesProps) {
    super(scope, id);
    const common = {
      'Content-Type': quoted('application/problem+json'),
      'Cache-Control': quoted('no-store'),
      ...corsHeaders(props.cors),
    };
    const worded = [
      ...refusals(props.paymentHeaders ?? true, renderUnauthorized(props.identities)),
      ...(props.badRequests === true ? BAD_REQUESTS : []),
    ];
    for (const refusal of worded) {
      new GatewayResponse(this, refusal.type.responseType, {
        restApi: props.api,
        type: refusal.type,
        statusCode: refusal.statusCode,
        responseHeaders: { ...common, ...refusal.headers },
        templates: { 'application/json': refusal.body },
      });
    }
  }
}

function refusals(paymentHeaders: boolean, unauthorized: UnauthorizedEntry): Refusal[] {
  const payment = {
    statusCode: '402',
    // The authorizer has written the whole document: a gateway response substitutes, and computes nothing.
    body: '$context.authorizer.problem',
    headers: paymentHeaders ? authorizerHeaders() : {},
  };
  const unavailable = {
    statusCode: '503',
    body: problem(
      503,
      'Service Unavailable',
      'The call could not be metered and was not served. Try it again shortly.',
    ),
    headers: { 'Retry-After': quoted('2') },
  };
  return [
    {
      type: ResponseType.UNAUTHORIZED,
      statusCode: '401',
      body: problem(401, 'Unauthorized', unauthorized.detail),
      headers: { 'WWW-Authenticate': quoted(unauthorized.challenge) },
    },
    { type: ResponseType.ACCESS_DENIED, ...payment },
    { type: ResponseType.QUOTA_EXCEEDED, ...payment },
    {
      type: ResponseType.INVALID_API_KEY,
      statusCode: '403',
      body: problem(
        403,
        'Forbidden',
        'This account is suspended. Ask the operator of this API; paying does not lift it.',
      ),
    },
    {
      type: ResponseType.THROTTLED,
      statusCode: '429',
      body: problem(429, 'Too Many Requests', 'Calls come faster than the plan admits. Slow down and try again.'),
      headers: { 'Retry-After': quoted('1') },
    },
    { type: ResponseType.AUTHORIZER_FAILURE, ...unavailable },
    { type: ResponseType.AUTHORIZER_CONFIGURATION_ERROR, ...unavailable },
  ];
}

/**
 * What is wrong with a request, in API Gateway's words: the message is put in with its quotation marks, and what is wrong with the body has
 * none and is escaped (seen in public answers).
 */
const BAD_REQUESTS: readonly Refusal[] = [
  {
    type: ResponseType.BAD_REQUEST_BODY,
    statusCode: '400',
    body: problem(400, 'Bad Request', 'The body is not what this route takes: $context.error.validationErrorString'),
  },
  {
    type: ResponseType.BAD_REQUEST_PARAMETERS,
    statusCode: '400',
    body: problem(400, 'Bad Request', '$context.error.message'),
  },
];

/**
 * Headers out of the authorizer's context. AWS documents request parameters and literals as sources, and public configurations
 * use `context.…` too; were a Region to refuse it, `paymentHeaders: false` is the way round.
 */
function authorizerHeaders(): Record<string, string> {
  return {
    Link: 'context.authorizer.link',
    RateLimit: 'context.authorizer.rateLimit',
    'RateLimit-Policy': 'context.authorizer.rateLimitPolicy',
    'Retry-After': 'context.authorizer.retryAfter',
    'PAYMENT-REQUIRED': 'context.authorizer.paymentRequired',
    'WWW-Authenticate': 'context.authorizer.wwwAuthenticate',
  };
}

function problem(status: number, title: string, detail: string): string {
  return JSON.stringify({ type: 'about:blank', title, status, detail, instance: 'urn:uuid:$context.requestId' });
}
