import type { APIGatewayProxyEvent, APIGatewayProxyResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { Credentials } from '../domain/identity';

type GatewayEvent = APIGatewayProxyEvent | APIGatewayRequestAuthorizerEvent;

/** A request header, whatever case its name came in. */
export function header(event: GatewayEvent, name: string): string | undefined {
  const entry = Object.entries(event.headers ?? {}).find(([key]) => key.toLowerCase() === name);
  return entry?.[1] ?? undefined;
}

/** All values of a request header: a proxy in the way may have doubled it, and then `headers` has the last alone. */
export function headerValues(event: GatewayEvent, name: string): string[] {
  const values = Object.entries(event.multiValueHeaders ?? {}).filter(([key]) => key.toLowerCase() === name);
  const single = header(event, name);
  return values.length > 0 || single === undefined ? values.flatMap(([, all]) => all ?? []) : [single];
}

/** The key that a caller sends as `x-api-key`, or as `Authorization: Bearer`; never from the query string, which logs keep. */
export function apiKeyOf(event: GatewayEvent): string | undefined {
  return credentialsOf(event).apiKey;
}

/** All that a caller sends to be known by, as keys and as tokens; clients of Google's APIs send keys by a header of their own. */
export function credentialsOf(event: GatewayEvent): Credentials {
  const bearer = /^bearer +(\S+) *$/i.exec(header(event, 'authorization') ?? '')?.[1];
  return { apiKey: header(event, 'x-api-key') ?? bearer ?? header(event, 'x-goog-api-key'), bearer };
}

/** A credential of the Payment scheme, which comes in `Authorization` where the key does not. */
export function paymentCredentialOf(event: GatewayEvent): string | undefined {
  const values = [header(event, 'payment-authorization'), header(event, 'authorization')];
  return values.map((value) => /^payment +(\S+) *$/i.exec(value ?? '')?.[1]).find((text) => text !== undefined);
}

/** The URL that was called, without its query, which may hold what is nobody else's business. */
export function resourceUrl(event: GatewayEvent): string {
  return `${originOf(event)}${event.requestContext.path}`;
}

/**
 * The public URL of the API: its domain, and what stands in front of the resource (the stage, or a custom domain's base path).
 * The Host header has no say in it.
 */
export function publicUrl(event: GatewayEvent): string {
  return `${originOf(event)}${basePath(event)}`;
}

function originOf(event: GatewayEvent): string {
  const scheme = header(event, 'x-forwarded-proto') === 'http' ? 'http' : 'https';
  return `${scheme}://${event.requestContext.domainName}`;
}

/** `path` holds a custom domain's base path and lacks a stage; so what is cut off is the resource, with its parameters put in. */
function basePath({ resource, pathParameters, requestContext }: GatewayEvent): string {
  const own = resource.replace(/\{([^}+]+)\+?\}/g, (_, name: string) => pathParameters?.[name] ?? '');
  // Parameters come decoded, the path as it was sent.
  const [whole, end] = [decoded(requestContext.path), own].map((path) => path.replace(/\/+$/, ''));
  const known = whole !== undefined && end !== undefined && whole.endsWith(end);
  return known ? whole.slice(0, whole.length - end.length).replace(/\/+$/, '') : `/${requestContext.stage}`;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

export function json(statusCode: number, body: unknown, headers: Record<string, string> = {}): APIGatewayProxyResult {
  return {
    statusCode,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}

/** What is wrong, and what to do about it, as problem details (RFC 9457). */
export function problem(
  status: number,
  title: string,
  detail: string,
  requestId: string,
  headers: Record<string, string> = {},
): APIGatewayProxyResult {
  const body = { type: 'about:blank', title, status, detail, instance: `urn:uuid:${requestId}` };
  return json(status, body, { 'Content-Type': 'application/problem+json', ...headers });
}

/** Whether a person's browser asks, and not a program. */
export function wantsHtml(event: GatewayEvent): boolean {
  return header(event, 'accept')?.includes('text/html') === true;
}
