import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LoopbackServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Longer than any SDK keeps an idle socket: the server must not close one that a request is about to be sent on. */
const KEEP_ALIVE_MS = 300_000;

/** Serves one of AWS's endpoints to the functions and tools of this machine. */
export function startLoopbackServer(listener: RequestListener, port = 0): Promise<LoopbackServer> {
  const server = createServer(listener);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      resolve({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close });
    });
  });
}

/** Whether a Host header names this machine: a web page that was rebound to it by DNS is sent one with its own name. */
export function isLoopback(host = ''): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(host.replace(/:\d+$/, ''));
}
