import type { APIGatewayProxyEvent } from 'aws-lambda';
import { type ApiAnswer, type ApiCall, LostAnswerError } from '../../../lambda/domain/api-call';
import { hashApiKey, newApiKey } from '../../../lambda/domain/api-key';
import type { Balance } from '../../../lambda/domain/balance';
import { paymentRequired } from '../../../lambda/domain/payment-required';
import { answerMcp, type HandlerDependencies } from '../../../lambda/mcp/handler';
import { DocumentError } from '../../../lambda/mcp/routes/document';
import { unauthorizedEntry } from '../../../lib/private/unauthorized';
import { balance, CATALOGUE, NOW } from '../fixtures';

const API = { apiId: 'api1', costs: {}, routePlans: {}, billingPath: 'billing', corsOrigins: ['https://app.example'] };
export const BILLING = 'https://api.example.com/prod/billing';

const DOCUMENT = {
  openapi: '3.1.0',
  paths: { '/items/{id}': { get: { operationId: 'getItem' }, delete: { operationId: 'removeItem' } } },
};

/** What the client of 2026 says of itself with each request. */
export function envelope(capabilities: object = { elicitation: { url: {} } }) {
  return {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
}

/** The server of one request, in front of an API that answers as it is told to. */
export class McpApi {
  readonly customer = 'A'.repeat(14);
  readonly apiKey: string;
  now = NOW;
  balances = new Map<string, Balance>();
  calls: ApiCall[] = [];
  credentials: Readonly<Record<string, string>>[] = [];
  /** What the API answers; 402 while there are no units, where it is absent. */
  answer: Partial<ApiAnswer> | 'lost' | undefined;
  documentError: string | undefined;
  readonly used = new Map<string, string>();
  /** Called where a payment is waited for. */
  whileWaiting: () => void = () => undefined;
  waited = 0;
  private ids = 0;

  constructor(overrides: Partial<Balance> = {}) {
    this.apiKey = this.addCustomer(this.customer, overrides);
  }

  addCustomer(customer: string, overrides: Partial<Balance> = {}): string {
    const { text, key } = newApiKey('test', customer);
    this.balances.set(customer, balance({ remaining: 0, ...overrides, keys: { [key.keyId]: hashApiKey(text) } }));
    return text;
  }

  setBalance(overrides: Partial<Balance>): void {
    const { keys } = this.balances.get(this.customer) ?? balance();
    this.balances.set(this.customer, balance({ ...overrides, keys }));
  }

  /** A request over HTTP, as API Gateway hands it on. */
  async send(message: unknown, headers: Record<string, string> = {}, httpMethod = 'POST') {
    const event = {
      httpMethod,
      resource: '/billing/mcp',
      headers: { Accept: 'application/json, text/event-stream', 'Content-Type': 'application/json', ...headers },
      body: typeof message === 'string' ? message : JSON.stringify(message),
      isBase64Encoded: false,
      pathParameters: null,
      requestContext: {
        apiId: 'api1',
        requestId: 'request-1',
        domainName: 'api.example.com',
        path: '/prod/billing/mcp',
      },
    } as unknown as APIGatewayProxyEvent;
    const { statusCode, headers: answered = {}, body } = await answerMcp(event, this.dependencies());
    const text = body.startsWith('event:') ? body.replace(/^.*?\ndata: /s, '') : body;
    return { status: statusCode, headers: answered, json: text.trim() === '' ? undefined : JSON.parse(text) };
  }

  /** A request of a tool, by a client of 2026. */
  async call(
    name: string,
    args: object = {},
    params: object = {},
    options: { apiKey?: string; abilities?: object } = {},
  ) {
    const { apiKey = this.apiKey, abilities } = options;
    const message = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name,
        arguments: args,
        ...params,
        _meta: { ...envelope(abilities), ...(params as { _meta?: object })._meta },
      },
    };
    const { json } = await this.send(message, {
      'MCP-Protocol-Version': '2026-07-28',
      'Mcp-Method': 'tools/call',
      'Mcp-Name': name,
      'x-api-key': apiKey,
    });
    return { result: json.result, error: json.error, text: json.result?.content?.[0]?.text };
  }

  private dependencies(): HandlerDependencies {
    return {
      version: '0.0.1',
      store: {
        balance: async (id) => this.balances.get(id),
        account: async () => ({ hasSubscribed: false }),
        create: async () => undefined,
        isCredited: async () => true,
      },
      checkout: {
        open: async ({ offer }) => ({
          id: 'cs_1',
          url: `https://checkout.stripe.com/${offer.kind}`,
          expiresAt: '2026-11-24T12:00:00.000Z',
        }),
        outcome: async (id) =>
          id === 'cs_1'
            ? {
                customer: this.customer,
                livemode: false,
                complete: true,
                paid: true,
                metadata: { paywall: 'P', customer: this.customer, topUp: '1k' },
              }
            : undefined,
        createCustomer: async () => 'cus_1',
        mode: async () => 'test',
        openPortal: async () => '',
        openInvoiceUrl: async () => undefined,
      },
      catalogue: CATALOGUE,
      apis: new Map([['api1', API]]),
      clock: () => this.now,
      paywallId: 'P',
      checkoutOptions: { promotionCodes: false, automaticTax: false },
      billing: { signUp: { kind: 'checkout' }, unauthorized: unauthorizedEntry(true, []), rotationOverlap: 0 },
      mcp: { exposeRoutes: true },
      newLinkSecret: () => new Uint8Array(16),
      newId: () => String(this.ids++).padStart(22, 'x'),
      sleep: async (milliseconds) => {
        this.waited += milliseconds;
        this.whileWaiting();
      },
      retries: {
        claimRetry: async (id, run) => {
          const isFree = !this.used.has(id);
          this.used.set(id, this.used.get(id) ?? run);
          return isFree;
        },
        release: async (id, run) => {
          if (this.used.get(id) === run) {
            this.used.delete(id);
          }
        },
      },
      documents: {
        read: async () => {
          if (this.documentError !== undefined) {
            throw new DocumentError(this.documentError);
          }
          return DOCUMENT;
        },
      },
      openCaller: (_url, credential) => ({
        call: async (call) => {
          this.calls.push(call);
          this.credentials.push(credential);
          return this.answerOf();
        },
      }),
    };
  }

  private answerOf(): ApiAnswer {
    if (this.answer === 'lost') {
      throw new LostAnswerError('gone');
    }
    const stored = this.balances.get(this.customer) ?? balance();
    const isRefused = this.answer === undefined && stored.remaining === 0;
    const call = { customer: this.customer, balance: stored, reason: 'quota_exhausted', cost: 1 } as const;
    const place = { requestId: 'request-1', billingUrl: BILLING, now: this.now };
    const body = isRefused ? paymentRequired(CATALOGUE, { ...call, ...place }).body : { served: true };
    return {
      status: isRefused ? 402 : 200,
      headers: { 'content-type': isRefused ? 'application/problem+json' : 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
      truncated: false,
      ...(this.answer as Partial<ApiAnswer> | undefined),
    };
  }
}
