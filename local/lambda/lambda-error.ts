const STATUS_CODES = {
  AccessDeniedException: 403,
  InvalidParameterValueException: 400,
  InvalidRequestContentException: 400,
  MissingAuthenticationTokenException: 403,
  PreconditionFailedException: 412,
  RequestTooLargeException: 413,
  ResourceNotFoundException: 404,
  ServiceException: 500,
  UnknownOperationException: 404,
} as const;

/** What the SDK turns into an exception of that name. */
export class LambdaError extends Error {
  constructor(
    readonly type: keyof typeof STATUS_CODES,
    message: string,
  ) {
    super(message);
  }

  public get statusCode(): number {
    return STATUS_CODES[this.type];
  }
}
