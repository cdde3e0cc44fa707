import { ServiceError } from '../store/errors';

/** SQS once spoke another protocol, and SDKs still give the error codes of that one as well. */
export class SqsError extends ServiceError {
  constructor(
    type: string,
    message: string,
    readonly code: string,
    statusCode = 400,
  ) {
    super(type, message, {}, statusCode);
  }

  override get headers(): Record<string, string> {
    return { 'x-amzn-query-error': `${this.code};Sender` };
  }
}

export function sqsError(name: string, message: string, code = name, statusCode?: number): SqsError {
  return new SqsError(`com.amazonaws.sqs#${name}`, message, code, statusCode);
}

export function queueDoesNotExist(): SqsError {
  return simpleQueueServiceError('QueueDoesNotExist', 'The specified queue does not exist.', 'NonExistentQueue');
}

export function simpleQueueServiceError(name: string, message: string, code = name): SqsError {
  return sqsError(name, message, `AWS.SimpleQueueService.${code}`);
}

export function missingParameter(name: string): SqsError {
  const message = `The request must contain the parameter ${name}.`;
  return new SqsError('com.amazon.coral.service#MissingRequiredParameterException', message, 'MissingParameter');
}

export function invalidParameter(message: string): SqsError {
  return new SqsError('com.amazon.coral.service#InvalidParameterValueException', message, 'InvalidParameterValue');
}

export function invalidValue(value: unknown, parameter: string, reason: string): SqsError {
  return invalidParameter(`Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`);
}

export function receiptHandleIsInvalid(handle: unknown): SqsError {
  const message = `The input receipt handle "${handle}" is not a valid receipt handle.`;
  return sqsError('ReceiptHandleIsInvalid', message, undefined, 404);
}
