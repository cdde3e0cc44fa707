/** The types of gateway response, each with what API Gateway answers where nothing is configured. */
const RESPONSE_TYPES = {
  ACCESS_DENIED: [403, 'AccessDeniedException', 'User is not authorized to access this resource'],
  API_CONFIGURATION_ERROR: [500, 'InternalServerErrorException', 'Internal server error'],
  // API Gateway says nothing of what went wrong in an authorizer: the body is {"message":null}.
  AUTHORIZER_CONFIGURATION_ERROR: [500, 'AuthorizerConfigurationException', null],
  AUTHORIZER_FAILURE: [500, 'AuthorizerFailureException', null],
  BAD_REQUEST_BODY: [400, 'BadRequestException', 'Invalid request body'],
  BAD_REQUEST_PARAMETERS: [400, 'BadRequestException', 'Missing required request parameters'],
  DEFAULT_4XX: [400, 'BadRequestException', 'Bad Request'],
  DEFAULT_5XX: [500, 'InternalServerErrorException', 'Internal server error'],
  EXPIRED_TOKEN: [403, 'ExpiredTokenException', 'The security token included in the request is expired'],
  INTEGRATION_FAILURE: [504, 'InternalServerErrorException', 'Network error communicating with endpoint'],
  INTEGRATION_TIMEOUT: [504, 'InternalServerErrorException', 'Endpoint request timed out'],
  INVALID_API_KEY: [403, 'ForbiddenException', 'Forbidden'],
  INVALID_SIGNATURE: [403, 'InvalidSignatureException', 'Forbidden'],
  MISSING_AUTHENTICATION_TOKEN: [403, 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
  QUOTA_EXCEEDED: [429, 'LimitExceededException', 'Limit Exceeded'],
  REQUEST_TOO_LARGE: [413, 'RequestTooLargeException', 'Request Too Long'],
  RESOURCE_NOT_FOUND: [404, 'NotFoundException', 'Not Found'],
  THROTTLED: [429, 'TooManyRequestsException', 'Too Many Requests'],
  UNAUTHORIZED: [401, 'UnauthorizedException', 'Unauthorized'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'BadRequestException', 'Unsupported Media Type'],
  WAF_FILTERED: [403, 'ForbiddenException', 'Forbidden'],
} as const satisfies Record<string, readonly [statusCode: number, errorType: string, message: string | null]>;

export type ResponseType = keyof typeof RESPONSE_TYPES;

export interface GatewayErrorOptions {
  /** What `$context.error.message` holds. */
  readonly message?: string;
  /** Where API Gateway answers this very error with another status than its type's. */
  readonly statusCode?: number;
  readonly errorType?: string;
  /** What the developer needs to know and the caller must not. */
  readonly detail?: string;
  /** What is wrong with the body: `$context.error.validationErrorString`. */
  readonly validationError?: string;
  /** What access logs have for `$context.integration.error`, where that is neither the message nor a matter of the type. */
  readonly integrationError?: string;
}

/** Why API Gateway itself answers, and not the integration. */
export class GatewayError extends Error {
  public readonly statusCode: number;
  /** The `x-amzn-ErrorType` header. */
  public readonly errorType: string;
  public readonly gatewayMessage: string | null;
  public readonly detail?: string;
  public readonly integrationError?: string;
  public readonly validationError?: string;

  constructor(
    public readonly responseType: ResponseType,
    options: GatewayErrorOptions = {},
  ) {
    super(options.detail ?? options.message ?? responseType);
    const [statusCode, errorType, message] = RESPONSE_TYPES[responseType];
    this.statusCode = options.statusCode ?? statusCode;
    this.errorType = options.errorType ?? errorType;
    this.gatewayMessage = options.message ?? message;
    this.detail = options.detail;
    this.integrationError = options.integrationError;
    this.validationError = options.validationError;
  }
}

/** A template or a mapping that cannot be carried out; API Gateway tells the caller no more than this. */
export function configurationError(detail: string): GatewayError {
  return new GatewayError('API_CONFIGURATION_ERROR', { detail });
}

/** A bug of ours, as one line for the log. */
export function internalErrorLine(error: unknown): string {
  return `internal error: ${error instanceof Error ? error.stack : String(error)}`.replace(/\s+/g, ' ');
}
