import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { type AnswerFormat, type Json, type Produced, readFormat } from './model-formats';

/** What the stand-in does with the next request. */
export interface Behaviour {
  /** An error of that status in place of an answer. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Words that it would write; each is a token. */
  readonly words?: number;
  /** Tokens of the request that were in its cache. */
  readonly cached?: number;
  /** Tokens of the request that it puts there, where its API tells these apart. */
  readonly written?: number;
  /** Tokens of thoughts, where its API tells these. */
  readonly thoughts?: number;
  /** Whether it tells no usage. */
  readonly untold?: boolean;
  /** Milliseconds before its answer begins. */
  readonly delay?: number;
  /** Milliseconds between two words of a stream. */
  readonly pace?: number;
  /** After so many words of a stream, the connection breaks. */
  readonly breakAfter?: number;
  /** After so many words of a stream, it tells of an error and ends. */
  readonly failAfter?: number;
}

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Json;
  /** Tokens of the request, as the stand-in counts them. */
  readonly input: number;
  /** Tokens that it wrote, thoughts included. */
  output: number;
  /** Whether whoever asked has gone before the end. */
  aborted: boolean;
}

/** A provider of models that speaks as OpenAI, Anthropic and Google do, by what they publish of their APIs. */
export interface StandInProvider {
  /** Without a slash at its end; an API's version follows. */
  readonly url: string;
  /** In the order in which they came. */
  readonly requests: ReceivedRequest[];
  /** What it does with the next requests, one each; after those, it writes a dozen words. */
  next(...behaviours: Behaviour[]): void;
  close(): Promise<void>;
}

const WORDS = 'the quick brown fox jumps over a lazy dog – naïve façade'.split(' ');

export async function startStandInProvider(apiKey = 'sk-provider'): Promise<StandInProvider> {
  const requests: ReceivedRequest[] = [];
  const behaviours: Behaviour[] = [];
  const server = createServer((message, response) => {
    answer(message, response, { apiKey, requests, behaviour: behaviours.shift() ?? {} }).catch(() => {
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    next: (...more) => behaviours.push(...more),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Serving {
  readonly apiKey: string;
  readonly requests: ReceivedRequest[];
  readonly behaviour: Behaviour;
}

async function answer(message: IncomingMessage, response: ServerResponse, serving: Serving): Promise<void> {
  const { behaviour, apiKey, requests } = serving;
  const body = JSON.parse(await text(message)) as Json;
  const path = message.url ?? '';
  const format = readFormat(path, body);
  const { method = '', headers } = message;
  const input = wordsIn(body);
  const request: ReceivedRequest = { method, path, headers, body, input, output: 0, aborted: false };
  requests.push(request);
  response.on('close', () => {
    request.aborted = !response.writableFinished;
  });
  if (behaviour.delay !== undefined) {
    await wait(behaviour.delay);
  }
  if (format === undefined || format.keyOf(headers) !== apiKey || behaviour.status !== undefined) {
    const status = behaviour.status ?? (format === undefined ? 404 : 401);
    const error = format?.error(status, 'so it was to be') ?? { error: 'not found' };
    response.writeHead(status, { 'content-type': 'application/json', ...behaviour.headers });
    response.end(JSON.stringify(error));
    return;
  }
  const produced = produce(format, input, behaviour);
  request.output = produced.words.length + produced.thoughts;
  if (format.isStreamed) {
    await stream(response, format, produced, behaviour, request);
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'req_stand_in' });
  response.end(JSON.stringify(format.whole(produced)));
}

function produce(format: AnswerFormat, input: number, behaviour: Behaviour): Produced {
  const { words: wanted = 12, cached = 0, written = 0, thoughts = 0, untold = false } = behaviour;
  const limit = Math.max(0, (format.maxOutput ?? Number.POSITIVE_INFINITY) - thoughts);
  const words = Array.from({ length: Math.min(wanted, limit) }, (_, index) => `${WORDS[index % WORDS.length]} `);
  return { words, thoughts, input, cached, written, untold, isCut: wanted > limit };
}

async function stream(
  response: ServerResponse,
  format: AnswerFormat,
  produced: Produced,
  { pace, breakAfter, failAfter }: Behaviour,
  request: ReceivedRequest,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-request-id': 'req_stand_in' });
  response.write(format.begin(produced));
  for (const [index, word] of produced.words.entries()) {
    if (index === breakAfter) {
      request.output = index;
      await wait(20);
      response.destroy();
      return;
    }
    if (index === failAfter) {
      request.output = index;
      response.end(format.streamError('so it was to be'));
      return;
    }
    if (pace !== undefined) {
      await wait(pace);
    }
    if (response.destroyed) {
      request.output = index;
      return;
    }
    response.write(format.word(word, produced, index));
  }
  response.end(format.end(produced));
}

/** Every word of every text of a request is a token here. */
function wordsIn(value: unknown, key = ''): number {
  if (typeof value === 'string') {
    return ['model', 'role', 'type'].includes(key) ? 0 : value.split(/\s+/).filter((word) => word !== '').length;
  }
  if (Array.isArray(value)) {
    return value.reduce<number>((sum, element) => sum + wordsIn(element, key), 0);
  }
  return typeof value === 'object' && value !== null
    ? Object.entries(value).reduce((sum, [name, member]) => sum + wordsIn(member, name), 0)
    : 0;
}
