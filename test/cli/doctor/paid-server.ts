import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How one kind of call is answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

type Call =
  | 'plans'
  | 'anonymous'
  | 'lapsed'
  | 'exhausted'
  | 'suspended'
  | 'preflight'
  | 'unknown'
  | 'large'
  | 'openapi';

/** An API as a paywall words it, of which a test spoils one answer at a time. */
export class PaidServer {
  public static async start(): Promise<PaidServer> {
    const paid = new PaidServer();
    await new Promise<void>((listening) => paid.server.listen(0, '127.0.0.1', listening));
    return paid;
  }

  public answers: Record<Call, Answer> = whole();
  /** What was called, in order. */
  public readonly called: Call[] = [];
  private readonly server = createServer((request, response) => void this.respond(request, response));

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/prod`;
  }

  /** Puts all right again. */
  public reset(): void {
    this.answers = whole();
    this.called.length = 0;
  }

  /** Changes an answer; a header that is undefined goes. */
  public spoil(
    call: Call,
    change: { status?: number; headers?: Record<string, string | undefined>; body?: string },
  ): void {
    const { headers = {}, ...others } = change;
    const before = this.answers[call];
    const merged = Object.entries({ ...before.headers, ...headers }).filter(([, value]) => value !== undefined);
    this.answers[call] = { ...before, ...others, headers: Object.fromEntries(merged) as Record<string, string> };
  }

  public close(): Promise<void> {
    return new Promise((closed) => {
      this.server.close(() => closed());
      this.server.closeAllConnections();
    });
  }

  private async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for await (const _ of request) {
      // Read to its end, for the answer to arrive.
    }
    const call = kindOf(request);
    this.called.push(call);
    const { status, headers, body } = this.answers[call];
    response.writeHead(status, headers).end(body);
  }
}

function kindOf({ method, url, headers }: IncomingMessage): Call {
  if (method === 'OPTIONS') {
    return 'preflight';
  }
  switch (url) {
    case '/prod/billing/plans':
      return 'plans';
    case '/prod/billing/checkout':
      return 'large';
    case '/prod/openapi.json':
      return 'openapi';
    case '/prod/items/doctor':
      return (headers['x-api-key'] as Call | undefined) ?? 'anonymous';
    default:
      return 'unknown';
  }
}

const REFUSED = {
  'Content-Type': 'application/problem+json',
  'Cache-Control': 'no-store',
  'Access-Control-Allow-Origin': '*',
};

function whole(): Record<Call, Answer> {
  const owing = {
    type: 'x',
    title: 'x',
    status: 402,
    detail: 'x',
    reason: 'payment_failed',
    plan: 'free',
    limit: 5,
    cost: 1,
  };
  const out = { ...owing, reason: 'quota_exhausted', resetsAt: '2026-12-01T00:00:00Z' };
  const paid = {
    ...REFUSED,
    Link: '<https://x>; rel="payment"',
    RateLimit: '"month";r=0',
    'RateLimit-Policy': '"month";q=5',
    'PAYMENT-REQUIRED': Buffer.from('{"x402Version":2}').toString('base64'),
    'WWW-Authenticate': 'Payment id="1"',
  };
  const openapi = {
    paths: {
      '/health': { get: { responses: { 200: {} } } },
      '/items/{id}': { post: { responses: { 402: {} } }, get: { responses: { 200: {}, 402: {} } } },
    },
  };
  return {
    plans: { status: 200, headers: {}, body: '{"plans":[]}' },
    anonymous: { status: 401, headers: { ...REFUSED, 'WWW-Authenticate': 'Bearer' }, body: '{"status":401}' },
    lapsed: { status: 402, headers: paid, body: JSON.stringify({ ...owing, checkoutUrl: 'https://x' }) },
    exhausted: {
      status: 402,
      headers: { ...paid, 'Retry-After': '60' },
      body: JSON.stringify({ ...out, checkoutUrl: 'https://x' }),
    },
    suspended: { status: 403, headers: REFUSED, body: '{"status":403}' },
    preflight: { status: 204, headers: { 'Access-Control-Allow-Origin': '*' }, body: '' },
    unknown: { status: 403, headers: {}, body: '{"message":"Missing Authentication Token"}' },
    large: { status: 413, headers: {}, body: '' },
    openapi: { status: 200, headers: {}, body: JSON.stringify(openapi) },
  };
}
