import { ServiceError } from '../store/errors';

const NOT_FOUND = 'ResourceNotFoundException';

export function secretNotFound(): ServiceError {
  return new ServiceError(NOT_FOUND, "Secrets Manager can't find the specified secret.");
}

export function valueNotFound(what: string): ServiceError {
  return new ServiceError(NOT_FOUND, `Secrets Manager can't find the specified secret value for ${what}`);
}

export function resourceExists(message: string): ServiceError {
  return new ServiceError('ResourceExistsException', message);
}

export function invalidParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}
