import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { isLoopback } from './loopback-server';

/** A page for people; any other answer is JSON. */
export class HtmlPage {
  constructor(readonly html: string) {}
}

/** Tells what is asked for below these paths to tools alone: no web page may ask, under whatever name it reaches this machine. */
export function withLocalPages(
  gateway: RequestListener,
  pages: Readonly<Record<string, (query: URLSearchParams) => unknown>>,
): RequestListener {
  return (request, response) => {
    const [path = '', ...query] = (request.url ?? '').split('?');
    const page = request.method === 'GET' && Object.hasOwn(pages, path) && pages[path];
    if (page) {
      answer(request, response, () => page(new URLSearchParams(query.join('?'))));
    } else {
      gateway(request, response);
    }
  };
}

function answer({ headers }: IncomingMessage, response: ServerResponse, page: () => unknown): void {
  response.on('error', () => undefined);
  const allowed = isLoopback(headers.host) && headers.origin === undefined;
  const content = allowed ? page() : { message: 'only tools of this machine are told' };
  const isPage = content instanceof HtmlPage;
  response.writeHead(allowed ? 200 : 403, {
    'Content-Type': isPage ? 'text/html; charset=utf-8' : 'application/json',
    'Cache-Control': 'no-store',
    ...(isPage && HTML_HEADERS),
  });
  response.end(isPage ? content.html : JSON.stringify(content));
}

/** No scripts, nothing fetched, and in nobody's frame. */
const HTML_HEADERS = {
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
};
