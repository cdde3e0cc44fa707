const STATUS_CODES = {
  AccessDeniedException: 403,
  BadRequestException: 400,
  ConflictException: 409,
  InternalFailure: 500,
  LimitExceededException: 429,
  MissingAuthenticationTokenException: 403,
  NotFoundException: 404,
  RequestTooLargeException: 413,
  SerializationException: 400,
  TooManyRequestsException: 429,
  UnknownOperationException: 404,
} as const;

export type ErrorType = keyof typeof STATUS_CODES;

/** What the SDK turns into an exception of that name. */
export class ControlPlaneError extends Error {
  constructor(
    readonly type: ErrorType,
    message: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }

  get statusCode(): number {
    return STATUS_CODES[this.type];
  }
}

export function badRequest(message: string): ControlPlaneError {
  return new ControlPlaneError('BadRequestException', message);
}

export function conflict(message: string): ControlPlaneError {
  return new ControlPlaneError('ConflictException', message);
}

export function limitExceeded(message: string): ControlPlaneError {
  return new ControlPlaneError('LimitExceededException', message);
}

export function apiKeyNotFound(): ControlPlaneError {
  return new ControlPlaneError('NotFoundException', 'Invalid API Key identifier specified');
}

export function usagePlanNotFound(): ControlPlaneError {
  return new ControlPlaneError('NotFoundException', 'Invalid Usage Plan ID specified');
}

export function tooManyRequests(retryAfterSeconds: number): ControlPlaneError {
  return new ControlPlaneError('TooManyRequestsException', 'Too Many Requests', retryAfterSeconds);
}
