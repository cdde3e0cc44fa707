import { createMcpHandler } from '@modelcontextprotocol/server';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { ApiEntry } from '../../lib/private/catalogue';
import { credentialsOf, header, problem, publicUrl } from '../adapters/api-gateway';
import { logError } from '../adapters/log';
import { withCors } from '../customer/cors';
import { credentialHeaders } from '../customer/credential-headers';
import { identifyBy } from '../customer/identify';
import { IssuerUnavailableError } from '../domain/identity';
import { elicitationOf, sessionIdFor } from './client-abilities';
import type { McpCall, McpDependencies } from './dependencies';
import { createServer } from './server';

/** Headers that pages of other origins may read. */
const EXPOSED = ['Mcp-Session-Id', 'Retry-After', 'WWW-Authenticate'];

const SESSION = 'mcp-session-id';

/** A request of MCP's is short; the arguments of a tool may hold what a request may that is kept. */
const MAX_REQUEST_BYTES = 1_024 * 1_024;

/** Headers of an answer that API Gateway writes itself. */
const HOP_BY_HOP = ['connection', 'content-length', 'keep-alive', 'transfer-encoding'];

export interface HandlerDependencies extends McpDependencies {
  /** The package's version. */
  readonly version: string;
}

/** Answers `<billing path>/mcp`, and keeps nothing between two requests. */
export async function answerMcp(
  event: APIGatewayProxyEvent,
  dependencies: HandlerDependencies,
): Promise<APIGatewayProxyResult> {
  const { requestId, apiId } = event.requestContext;
  const api = dependencies.apis.get(apiId);
  try {
    if (api === undefined) {
      throw new Error(`the API ${apiId} is not one that this paywall protects`);
    }
    return withCors(await answer(event, api, dependencies), event, api, EXPOSED);
  } catch (error) {
    logError('an MCP request failed', { requestId }, error);
    return withCors(failure(error, requestId), event, api, EXPOSED);
  }
}

async function answer(
  event: APIGatewayProxyEvent,
  api: ApiEntry,
  dependencies: HandlerDependencies,
): Promise<APIGatewayProxyResult> {
  const { requestId } = event.requestContext;
  if (event.httpMethod !== 'POST') {
    const detail = 'The MCP server takes POST, and opens no stream by GET: it has no sessions to end either.';
    return problem(405, 'Method Not Allowed', detail, requestId, { Allow: 'POST' });
  }
  const origin = header(event, 'origin');
  if (origin !== undefined && !admits(origin, publicUrl(event), api)) {
    const detail = 'Pages of this origin may not use the MCP server. Whoever runs this API admits origins by its CORS.';
    return problem(403, 'Forbidden', detail, requestId);
  }
  const credentials = credentialsOf(event);
  const isNamed = credentials.apiKey !== undefined || header(event, 'authorization') !== undefined;
  const caller = isNamed ? await identifyBy(credentials, dependencies) : undefined;
  if (isNamed && caller === undefined) {
    const { detail, challenge } = dependencies.billing.unauthorized;
    const without = `${detail} Or send no credential, to see what is sold.`;
    return problem(401, 'Unauthorized', without, requestId, { 'WWW-Authenticate': challenge });
  }
  const url = publicUrl(event);
  const call: McpCall = {
    caller,
    api,
    publicUrl: url,
    billingUrl: `${url}/${api.billingPath}`,
    requestId,
    credential: credentialHeaders(event),
    elicitation: elicitationOf(header(event, SESSION)),
    dependencies,
  };
  return serve(event, call, dependencies.version);
}

/** Whether a page may call: one of the API's own origin, or one that CORS admits. What is no browser sends no origin. */
function admits(origin: string, url: string, { corsOrigins }: ApiEntry): boolean {
  return origin === new URL(url).origin || corsOrigins.includes('*') || corsOrigins.includes(origin);
}

async function serve(event: APIGatewayProxyEvent, call: McpCall, version: string): Promise<APIGatewayProxyResult> {
  const { requestId } = call;
  const { fetch } = createMcpHandler(() => createServer(call, version), {
    // A stream would stay open for as long as the function may run, and tell of nothing: no list changes here.
    maxSubscriptions: 0,
    maxRequestBodySize: MAX_REQUEST_BYTES,
    onerror: (error) => logError('MCP', { requestId }, error),
  });
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  const response = await fetch(
    new Request(`${call.billingUrl}/mcp`, { method: 'POST', headers: headersOf(event), body }),
  );
  const headers = [...response.headers].filter(([name]) => !HOP_BY_HOP.includes(name));
  const session = response.ok ? sessionIdFor(parse(body)) : undefined;
  return {
    statusCode: response.status,
    headers: {
      ...Object.fromEntries(headers),
      'cache-control': 'no-store',
      ...(session !== undefined && { [SESSION]: session }),
    },
    body: await response.text(),
  };
}

/** Those of MCP's own. A credential is none of them: who calls is known by now. */
function headersOf(event: APIGatewayProxyEvent): [string, string][] {
  return Object.entries(event.headers ?? {}).flatMap(([name, value]) =>
    /^(accept|content-type|mcp-.*)$/i.test(name) && value !== undefined ? [[name, value] as [string, string]] : [],
  );
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function failure(error: unknown, requestId: string): APIGatewayProxyResult {
  if (error instanceof IssuerUnavailableError) {
    const detail = 'Your token could not be verified for now, and nothing was charged. Try it again shortly.';
    return problem(503, 'Service Unavailable', detail, requestId, { 'Retry-After': '2' });
  }
  const detail = 'The request failed and nothing was charged. Try it again; if it keeps failing, quote this instance.';
  return problem(500, 'Internal Server Error', detail, requestId);
}
