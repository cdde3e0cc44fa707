import type { ModelProviderEntry, ModelRouteEntry } from '../../lib/private/model-entry';
import type { ProviderAnswer, SendToProvider } from '../adapters/model-providers';
import type { Dialect, ModelCall, ModelErrorKind, Operation, StreamMeter } from '../domain/models/dialect';
import { type JsonObject, parseJsonObject } from '../domain/models/json';
import { type SseEvent, SseParser } from '../domain/models/sse';

/** What providers are asked for. */
export interface Asking {
  readonly call: ModelCall;
  readonly operation: Operation;
  readonly model: string;
  readonly isStreamed: boolean;
  readonly maxOutput: number;
  /** The caller's headers, by names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Ends whatever still goes on when the time of the whole call is over. */
  readonly deadline: AbortSignal;
}

export interface ProviderPorts {
  readonly send: SendToProvider;
  readonly secret: (arn: string) => Promise<string>;
  readonly logError: (message: string, about: Readonly<Record<string, string>>, error: unknown) => void;
}

/** What has come of asking. */
export type Asked =
  | { readonly kind: 'answered'; readonly headers: Headers; readonly body: Uint8Array; readonly answer: JsonObject }
  | Streaming
  /** It is the caller's request that the provider does not take. */
  | { readonly kind: 'refused'; readonly status: number; readonly headers: Headers; readonly body: Uint8Array }
  | { readonly kind: 'failed'; readonly failure: ModelErrorKind; readonly retryAfter?: string };

export interface Streaming {
  readonly kind: 'streaming';
  readonly headers: Headers;
  /** Its events, the first of which has been read already. */
  readonly events: AsyncIterable<ReadEvent>;
  readonly meter: StreamMeter;
  /** Has the provider stop. */
  readonly abort: () => void;
}

/** An event, and what the meter has made of it. */
export interface ReadEvent {
  readonly raw: Uint8Array;
  readonly isForwarded: boolean;
  readonly isFailure: boolean;
}

/** What is wrong with the request would be wrong anywhere; anything else another provider may do better. */
const CALLERS_FAULT = [400, 413, 415, 422];

/** Of an answer that is no stream. */
const MAX_ANSWER_BYTES = 32 * 2 ** 20;

/** Asks one provider after the other, until one answers or refuses. */
export async function askProviders(
  route: ModelRouteEntry,
  dialect: Dialect,
  asking: Asking,
  ports: ProviderPorts,
): Promise<Asked> {
  let last: Asked = { kind: 'failed', failure: 'provider_failed' };
  for (const provider of route.providers) {
    if (asking.deadline.aborted) {
      break;
    }
    last = await ask(provider, dialect, asking, route.firstByteTimeout, ports);
    if (last.kind !== 'failed') {
      return last;
    }
  }
  return last;
}

async function ask(
  provider: ModelProviderEntry,
  dialect: Dialect,
  asking: Asking,
  firstByteTimeout: number,
  { send, secret, logError }: ProviderPorts,
): Promise<Asked> {
  const { call, operation, model, maxOutput, headers, deadline, isStreamed } = asking;
  const controller = new AbortController();
  const { path, body } = operation.write(call, provider.models?.[model] ?? model, maxOutput);
  let timer: NodeJS.Timeout | undefined;
  const fail = (failure: ModelErrorKind, error: unknown, retryAfter?: string): Asked => {
    controller.abort();
    logError('a provider of models has failed', { provider: provider.baseUrl, model }, error);
    return { kind: 'failed', failure, retryAfter };
  };
  try {
    const apiKey = await secret(provider.secretArn);
    // An answer that is no stream comes when it is complete, for which it has all the time that there is.
    timer = isStreamed ? setTimeout(() => controller.abort(), firstByteTimeout) : undefined;
    const answer = await send({
      url: `${provider.baseUrl}/${path}`,
      headers: dialect.headers(apiKey, headers),
      body: JSON.stringify(body),
      signal: AbortSignal.any([controller.signal, deadline]),
    });
    if (CALLERS_FAULT.includes(answer.status)) {
      return { kind: 'refused', status: answer.status, headers: answer.headers, body: await bytesOf(answer) };
    }
    if (answer.status < 200 || answer.status > 299) {
      const isBusy = answer.status === 429 || answer.status === 503 || answer.status === 529;
      const retryAfter = answer.headers.get('retry-after') ?? undefined;
      return fail(isBusy ? 'provider_busy' : 'provider_failed', new Error(`it answered ${answer.status}`), retryAfter);
    }
    if (isStreamed) {
      const streaming = await streamOf(answer, operation.meter(call), () => controller.abort());
      return streaming ?? fail('provider_failed', new Error('it has begun no stream'));
    }
    const whole = await bytesOf(answer);
    const parsed = parseJsonObject(Buffer.from(whole).toString());
    return parsed === undefined
      ? fail('provider_failed', new Error('it answered with no JSON object'))
      : { kind: 'answered', headers: answer.headers, body: whole, answer: parsed };
  } catch (error) {
    const isLate = controller.signal.aborted || deadline.aborted;
    return fail(isLate ? 'timeout' : 'provider_failed', error);
  } finally {
    clearTimeout(timer);
  }
}

async function bytesOf({ body }: ProviderAnswer): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) {
      throw new Error(`it answered with more than ${MAX_ANSWER_BYTES} bytes`);
    }
  }
  return Buffer.concat(chunks);
}

/** The stream from its first event on; nothing where that says that it has failed, or where there is none. */
async function streamOf(answer: ProviderAnswer, meter: StreamMeter, abort: () => void): Promise<Streaming | undefined> {
  if (answer.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
    return undefined;
  }
  const rest = read(eventsOf(answer.body), meter);
  const first = await rest.next();
  if (first.done || first.value.isFailure) {
    return undefined;
  }
  const events = async function* () {
    yield first.value;
    yield* rest;
  };
  return { kind: 'streaming', headers: answer.headers, events: events(), meter, abort };
}

async function* read(events: AsyncIterable<SseEvent>, meter: StreamMeter): AsyncGenerator<ReadEvent> {
  for await (const { raw, data } of events) {
    const { isForwarded, isFailure } = meter.read(data === undefined ? undefined : parseJsonObject(data));
    yield { raw, isForwarded, isFailure };
  }
}

async function* eventsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<SseEvent> {
  const parser = new SseParser();
  for await (const chunk of body) {
    yield* parser.push(chunk);
  }
  const rest = parser.rest();
  if (rest.length > 0) {
    yield { raw: rest };
  }
}
