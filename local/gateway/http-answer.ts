import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, validateHeaderName } from 'node:http';
import type { Readable } from 'node:stream';
import { type HeaderLine, headerValue, wireValue } from './headers';

/** What goes back to the caller. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: readonly HeaderLine[];
  readonly body: Buffer | string;
  /** The body in its place, where it is passed on as it comes. */
  readonly stream?: Readable;
  /** The payload was not read to its end, so nothing further can be read from the connection. */
  readonly close?: boolean;
}

/** The server's own business, whatever a mapping says. */
const FRAMING = new Set(['connection', 'content-length', 'transfer-encoding']);

/** How long a caller who is still sending may take to notice the answer. */
const LINGER_MILLIS = 1_000;

/** @returns how many bytes of a body that is streamed went out, once that is over; nothing where none is */
export async function sendAnswer(
  message: IncomingMessage,
  response: ServerResponse,
  answer: HttpAnswer,
): Promise<number | undefined> {
  if (response.destroyed || response.headersSent) {
    return answer.stream && passOn(answer.stream, response);
  }
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  response.statusCode = answer.statusCode;
  for (const [name, value] of answer.headers) {
    if (isHeaderName(name) && !FRAMING.has(name.toLowerCase())) {
      response.appendHeader(name, wireValue(value));
    }
  }
  if (answer.stream !== undefined) {
    response.flushHeaders();
    return passOn(answer.stream, response);
  }
  if (answer.statusCode !== 204 && answer.statusCode !== 304) {
    response.setHeader('Content-Length', body.length);
  }
  if (answer.close) {
    response.setHeader('Connection', 'close');
    lingerAndClose(message, response, body);
  } else {
    response.end(body);
  }
  return undefined;
}

/** What is left when the caller goes is read to its end, as whoever streams it is not stopped by that. */
async function passOn(stream: Readable, response: ServerResponse): Promise<number> {
  let bytes = 0;
  const closed = once(response, 'close');
  closed.catch(() => undefined);
  try {
    for await (const chunk of stream) {
      if (response.destroyed) {
        continue;
      }
      bytes += chunk.length;
      if (!response.write(chunk)) {
        await Promise.race([once(response, 'drain'), closed]);
      }
    }
    response.end();
  } catch {
    // The caller learns that it is not whole by a connection that breaks.
    response.destroy();
  }
  return bytes;
}

/** A socket that is closed with unread data is reset, and the caller may lose the answer: so read on for a moment. */
function lingerAndClose(message: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const finish = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(finish, LINGER_MILLIS);
  message.once('end', finish).once('close', finish);
  response.write(body);
  message.resume();
}

export function jsonAnswer(statusCode: number, errorType: string, body: object): HttpAnswer {
  const headers: HeaderLine[] = [
    ['Content-Type', 'application/json'],
    ['x-amzn-ErrorType', errorType],
  ];
  return { statusCode, headers, body: JSON.stringify(body) };
}

/** Taken off what an integration answers: they concern its own connection, not the caller's. */
const DROPPED = new Set(['keep-alive', 'transfer-encoding']);

/** Renamed on what an integration answers, since API Gateway sets them itself or keeps them to itself. */
const REMAPPED = new Set([
  'authorization',
  'connection',
  'content-length',
  'content-md5',
  'date',
  'expect',
  'host',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'trailer',
  'upgrade',
  'user-agent',
  'www-authenticate',
  'x-amzn-requestid',
]);

/** The headers of an integration as its caller sees them; without a type of its own an answer is JSON. */
export function integrationHeaders(lines: readonly HeaderLine[]): HeaderLine[] {
  const remapped = lines
    .filter(([name]) => !DROPPED.has(name.toLowerCase()))
    .map(([name, value]): HeaderLine => [REMAPPED.has(name.toLowerCase()) ? `x-amzn-Remapped-${name}` : name, value]);
  return headerValue(lines, 'Content-Type') === undefined
    ? [['Content-Type', 'application/json'], ...remapped]
    : remapped;
}

function isHeaderName(name: string): boolean {
  try {
    validateHeaderName(name);
    return true;
  } catch {
    return false;
  }
}
