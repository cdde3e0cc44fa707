import {
  Client,
  type ElicitRequest,
  type ElicitResult,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';

export interface McpClientOptions {
  readonly apiKey?: string;
  /** Which revision of the protocol it speaks. */
  readonly era?: '2026' | '2025';
  /** What a person does who is shown a URL; absent where nobody can be. */
  readonly onUrl?: (url: string) => Promise<ElicitResult['action']>;
}

/** A client of MCP as somebody else has written it, connected to an API's server. */
export async function connectMcp(apiUrl: string, { apiKey, era = '2026', onUrl }: McpClientOptions = {}) {
  const client = new Client(
    { name: 'test', version: '1' },
    {
      capabilities: onUrl === undefined ? {} : { elicitation: { url: {} } },
      versionNegotiation: { mode: era === '2026' ? { pin: '2026-07-28' } : 'legacy' },
    },
  );
  if (onUrl !== undefined) {
    client.setRequestHandler('elicitation/create', async ({ params }: ElicitRequest) => ({
      action: params.mode === 'url' ? await onUrl(params.url) : 'cancel',
    }));
  }
  const headers = apiKey === undefined ? undefined : { 'x-api-key': apiKey };
  const url = new URL('billing/mcp', apiUrl);
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  return client;
}

// biome-ignore lint/suspicious/noExplicitAny: what a tool says is JSON of any shape, and the test says which.
export type Data = any;

/** The data of a tool's answer, which its text says as well. */
export function dataOf(result: { content?: unknown; structuredContent?: unknown }): Data {
  const [{ text }] = result.content as [{ text: string }];
  expect(JSON.parse(text)).toEqual(result.structuredContent);
  return result.structuredContent as Data;
}

/** A request of the server's path that needs no client. */
export async function callAs(apiUrl: string, method: string, headers: Record<string, string> = {}) {
  const body = method === 'POST' ? JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }) : undefined;
  const response = await fetch(new URL('billing/mcp', apiUrl), {
    method,
    headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, headers: response.headers, problem: JSON.parse(await response.text()) };
}
