/** What the SDK turns into an exception of that name. */
export class ServiceError extends Error {
  constructor(
    readonly type: string,
    message: string,
    /** Members besides the type and the message, `Item` or `CancellationReasons`. */
    readonly members: Readonly<Record<string, unknown>> = {},
    readonly statusCode = 400,
  ) {
    super(message);
  }

  get body(): Record<string, unknown> {
    return { __type: this.type, message: this.message, ...this.members };
  }

  get headers(): Record<string, string> {
    return {};
  }
}

const DYNAMODB = 'com.amazonaws.dynamodb.v20120810';

export function dynamoDbError(name: string, message: string, members?: Readonly<Record<string, unknown>>) {
  return new ServiceError(`${DYNAMODB}#${name}`, message, members);
}

export function validationException(message: string): ServiceError {
  return new ServiceError('com.amazon.coral.validate#ValidationException', message);
}

export function tableNotFound(tableName: string): ServiceError {
  return dynamoDbError('ResourceNotFoundException', `Requested resource not found: Table: ${tableName} not found`);
}
