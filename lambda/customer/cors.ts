import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { ApiEntry } from '../../lib/private/catalogue';
import { header } from '../adapters/api-gateway';

/** The answer, which pages of the origins may read that the API admits; `exposed` names headers that they may read beside the usual. */
export function withCors(
  answer: APIGatewayProxyResult,
  event: APIGatewayProxyEvent,
  api: Pick<ApiEntry, 'corsOrigins'> | undefined,
  exposed: readonly string[] = [],
): APIGatewayProxyResult {
  const origin = header(event, 'origin');
  const origins = api?.corsOrigins ?? [];
  if (origins.length === 0 || origin === undefined) {
    return answer;
  }
  const allowed = origins.includes('*') ? '*' : origins.find((candidate) => candidate === origin);
  if (allowed === undefined) {
    return answer;
  }
  const vary = [answer.headers?.Vary ?? [], 'Origin'].flat().join(', ');
  const expose = exposed.length === 0 ? undefined : { 'Access-Control-Expose-Headers': exposed.join(', ') };
  return {
    ...answer,
    headers: { ...answer.headers, 'Access-Control-Allow-Origin': allowed, Vary: vary, ...expose },
  };
}
