import type { RequestModel } from '../template/model';
import type { RoutedCall } from './call';
import { GatewayError } from './gateway-error';
import { headerValue } from './headers';
import { faultsOf } from './json-schema';
import { mediaType } from './media-types';
import { resolveExpression } from './parameters';

/** Required request parameters must be there and not blank. */
export function validateParameters(call: RoutedCall): void {
  const missing = Object.entries(call.route.method.requestParameters)
    .filter(([expression, required]) => required && (resolveExpression(expression, call) ?? '').trim() === '')
    .map(([expression]) => expression)
    .sort();
  if (missing.length > 0) {
    const names = missing.map((expression) => expression.split('.').slice(3).join('.'));
    throw new GatewayError('BAD_REQUEST_PARAMETERS', {
      message: `Missing required request parameters: [${names.join(', ')}]`,
    });
  }
}

/**
 * A body must be what the model for its type says; where there is none for it and no `$default`, any does. Nothing at all is an empty
 * object.
 */
export function validateBody(call: RoutedCall, body: Buffer): void {
  const { requestModels = {} } = call.route.method;
  const type = mediaType(headerValue(call.request.headers, 'Content-Type')) ?? 'application/json';
  const name = [type, '$default'].find((key) => Object.hasOwn(requestModels, key));
  const model = name === undefined ? undefined : requestModels[name];
  if (model === undefined) {
    return;
  }
  const faults = faultsIn(model, body.toString('utf8'));
  if (faults.length > 0) {
    throw new GatewayError('BAD_REQUEST_BODY', { validationError: `[${faults.join(', ')}]` });
  }
}

function faultsIn(model: RequestModel, text: string): string[] {
  let value: unknown;
  try {
    value = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    return ['Unable to parse JSON'];
  }
  return faultsOf(model, value);
}
