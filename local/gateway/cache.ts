import { createHash } from 'node:crypto';
import type { RoutedCall } from './call';
import type { HeaderLine } from './headers';
import type { HttpAnswer } from './http-answer';
import { resolveExpression } from './parameters';

/** API Gateway keeps no larger answer, in bytes. */
const MAX_ANSWER = 1_048_576;

/** What all answers together may take on a machine that does other things as well, whatever the size of the stage's cache. */
const CAPACITY = 64 * MAX_ANSWER;

/**
 * Nobody can send the one thing by which API Gateway lets a caller have a fresh answer, the signature of an AWS identity that may: methods
 * behind the paywall have another authorizer. What he asked for is left undone, and he is told in AWS's own words.
 */
const IGNORED: HeaderLine = ['Warning', '199 Cache-control headers were ignored because the caller was unauthorized.'];

interface Entry {
  readonly answer: HttpAnswer;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** The caches of stages: answers of integrations, each for as long as its method's settings say. */
export class ResponseCache {
  /** The one that was used last is at the end. */
  private readonly entries = new Map<string, Entry>();
  private size = 0;

  constructor(
    private readonly clock: () => number,
    private readonly capacity = CAPACITY,
  ) {}

  /** The answer from the cache, or else the integration's, which is kept. */
  public async answer(call: RoutedCall, integrate: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    const { cache, httpMethod } = call.route.method;
    if (cache === undefined || (httpMethod === 'ANY' && call.request.httpMethod !== 'GET')) {
      return integrate();
    }
    const key = keyOf(call);
    const answer = this.find(key) ?? this.keep(key, await integrate(), cache.ttlSeconds);
    return asksForFresh(call.request.headers) ? { ...answer, headers: [...answer.headers, IGNORED] } : answer;
  }

  private find(key: string): HttpAnswer | undefined {
    const entry = this.take(key);
    if (entry === undefined || entry.expiresAt <= this.clock()) {
      return undefined;
    }
    this.put(key, entry);
    return entry.answer;
  }

  /** AWS does not say which answers it keeps; its users report that those of 4xx are. A server's error is none that it would stand by. */
  private keep(key: string, answer: HttpAnswer, ttlSeconds: number): HttpAnswer {
    const size = sizeOf(answer);
    if (answer.statusCode < 500 && size <= MAX_ANSWER) {
      this.take(key);
      this.put(key, { answer, size, expiresAt: this.clock() + ttlSeconds * 1000 });
      this.makeRoom();
    }
    return answer;
  }

  private take(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    if (entry !== undefined) {
      this.entries.delete(key);
      this.size -= entry.size;
    }
    return entry;
  }

  private put(key: string, entry: Entry): void {
    this.entries.set(key, entry);
    this.size += entry.size;
  }

  /** The answers that were asked for least lately go first. */
  private makeRoom(): void {
    for (const key of this.entries.keys()) {
      if (this.size <= this.capacity) {
        return;
      }
      this.take(key);
    }
  }
}

/** Whatever is no part of it, two calls with one key get one answer. Keys hold credentials, so they are not kept as they are. */
function keyOf(call: RoutedCall): string {
  const { api, request, route } = call;
  const { resourceId, integration } = route.method;
  const { cacheKeyParameters = [], cacheNamespace = resourceId, requestParameters } = integration;
  const values = cacheKeyParameters.map((name) => resolveExpression(requestParameters[name] ?? name, call) ?? null);
  const key = [api.id, api.stageName, cacheNamespace, request.httpMethod, ...values];
  return createHash('sha256').update(JSON.stringify(key)).digest('base64');
}

function asksForFresh(headers: readonly HeaderLine[]): boolean {
  return headers
    .filter(([name]) => name.toLowerCase() === 'cache-control')
    .some(([, value]) => value.split(',').some((directive) => /^max-age=0$/i.test(directive.trim())));
}

function sizeOf({ headers, body }: HttpAnswer): number {
  return headers.reduce((size, [name, value]) => size + name.length + value.length, Buffer.byteLength(body));
}
