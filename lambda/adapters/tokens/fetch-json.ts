import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface FetchLimits {
  /** Milliseconds until the answer is complete. */
  readonly timeout: number;
  readonly maxBytes: number;
}

/** The JSON at a URL. Anything but 200, and all of it in time, is an error; a redirect too, as it would lead to who knows whom. */
export async function fetchJson(url: string, { timeout, maxBytes }: FetchLimits): Promise<unknown> {
  const signal = AbortSignal.timeout(timeout);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of await open(url, signal)) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxBytes) {
      throw new Error(`the answer has more than ${maxBytes} bytes`);
    }
    chunks.push(chunk as Buffer);
  }
  return JSON.parse(Buffer.concat(chunks).toString());
}

function open(url: string, signal: AbortSignal): Promise<AsyncIterable<unknown>> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const asked = request(url, { signal, headers: { accept: 'application/json' } }, (response) => {
      if (response.statusCode === 200) {
        resolve(response);
        return;
      }
      response.destroy();
      reject(new Error(`the answer is ${response.statusCode}`));
    });
    asked.on('error', reject);
    asked.end();
  });
}
