import type { APIGatewayProxyEvent } from 'aws-lambda';
import { header } from '../adapters/api-gateway';
import type { CredentialHeaders } from '../adapters/http-api-caller';

/** The headers by which a caller is known, to be sent on to the API, and to nobody else. */
export function credentialHeaders(event: APIGatewayProxyEvent): CredentialHeaders {
  const sent = ['authorization', 'x-api-key'].map((name) => [name, header(event, name)] as const);
  return Object.fromEntries(sent.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
