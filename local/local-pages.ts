import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { isLoopback } from './loopback-server';

/** Tells what is asked for below these paths to tools alone: no web page may ask, under whatever name it reaches this machine. */
export function withLocalPages(
  gateway: RequestListener,
  pages: Readonly<Record<string, () => unknown>>,
): RequestListener {
  return (request, response) => {
    const page = request.method === 'GET' && Object.hasOwn(pages, request.url ?? '') && pages[request.url ?? ''];
    if (page) {
      answer(request, response, page);
    } else {
      gateway(request, response);
    }
  };
}

function answer({ headers }: IncomingMessage, response: ServerResponse, page: () => unknown): void {
  response.on('error', () => undefined);
  const allowed = isLoopback(headers.host) && headers.origin === undefined;
  const content = allowed ? page() : { message: 'only tools of this machine are told' };
  response.writeHead(allowed ? 200 : 403, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(content));
}
