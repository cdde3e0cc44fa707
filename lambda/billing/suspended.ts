import type { APIGatewayProxyResult } from 'aws-lambda';
import { problem } from '../adapters/api-gateway';

/** 403, as the API itself answers: what no payment lifts. */
export function suspended(consequence: string, requestId: string): APIGatewayProxyResult {
  const detail = `This account is suspended. ${consequence}, and no payment lifts that: contact whoever runs this API.`;
  return problem(403, 'Forbidden', detail, requestId);
}
