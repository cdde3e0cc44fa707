import type { RoutedCall } from '../call';
import { GatewayError } from '../gateway-error';
import type { HttpAnswer } from '../http-answer';
import { mappedAnswer, mappedRequest } from './mapped';

/** Mock integration: the request template names a status, and the integration response for it is the answer. */
export function integrateMock(call: RoutedCall, body: Buffer): HttpAnswer {
  const statusCode = mockStatusCode(mappedRequest(call, body).body.toString('utf8'));
  return mappedAnswer(call, { selection: statusCode, headers: [], body: Buffer.alloc(0) });
}

/** API Gateway reads the status out of what is not quite JSON, too: CDK's CORS preflight sends `{ statusCode: 200 }`. */
function mockStatusCode(payload: string): string {
  const statusCode = /^\s*\{.*?(["']?)statusCode\1\s*:\s*(\d{3})\b/s.exec(payload)?.[2];
  if (statusCode === undefined) {
    throw new GatewayError('DEFAULT_5XX', {
      detail: 'the request template of the mock integration gives no statusCode',
    });
  }
  return statusCode;
}
