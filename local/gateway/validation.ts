import type { RoutedCall } from './call';
import { GatewayError } from './gateway-error';
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
