import type { IncomingMessage } from 'node:http';
import { GatewayError } from './gateway-error';

export const PAYLOAD_LIMIT = 10 * 1024 * 1024;

/** The caller hung up: there is nobody left to answer. */
export class CallerGoneError extends Error {}

/** Reads a payload up to the limit, and not a byte of one that announces itself as longer. */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
  if (Number(message.headers['content-length'] ?? 0) > PAYLOAD_LIMIT) {
    throw new GatewayError('REQUEST_TOO_LARGE');
  }
  if (message.destroyed) {
    // The caller left while the authorizer was asked; no event would tell any more.
    throw new CallerGoneError();
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (outcome: () => void): void => {
      message.off('data', onData).off('end', onEnd).off('close', onClose);
      outcome();
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > PAYLOAD_LIMIT) {
        message.pause();
        settle(() => reject(new GatewayError('REQUEST_TOO_LARGE')));
      }
    };
    const onEnd = (): void => settle(() => resolve(Buffer.concat(chunks)));
    const onClose = (): void => settle(() => reject(new CallerGoneError()));
    // An `error` is always followed by `close`; it must have a listener all the same.
    message.on('error', () => undefined);
    message.on('data', onData).on('end', onEnd).on('close', onClose);
  });
}
