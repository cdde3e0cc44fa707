import type { RoutedCall } from '../call';
import { configurationError } from '../gateway-error';

/** The ARN of the function that an integration asks. */
export function namedFunction({ route }: RoutedCall): string {
  const { functionArn } = route.method.integration;
  if (functionArn === undefined) {
    throw configurationError('the integration names no function');
  }
  return functionArn;
}
