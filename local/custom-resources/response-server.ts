import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { startLoopbackServer } from '../loopback-server';
import { parseObject, text } from '../template/values';

/** What a request and its response have in common. */
export interface RequestIds {
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
}

/** What became of a request: the physical id, or why it failed. */
export type Outcome =
  | { readonly ok: true; readonly physicalResourceId: string }
  | { readonly ok: false; readonly reason: string };

/** Where providers put their responses; on AWS that is an S3 bucket of CloudFormation's. */
export interface ResponseServer {
  /** The presigned URL for the response to one request, and what it brings. */
  expect(ids: RequestIds): { readonly responseUrl: string; readonly outcome: Promise<Outcome> };
  close(): Promise<void>;
}

/** CloudFormation's limit for a response. */
const MAX_RESPONSE_BYTES = 4096;

interface Expected {
  readonly ids: RequestIds;
  readonly settle: (outcome: Outcome) => void;
}

export async function startResponseServer(): Promise<ResponseServer> {
  /** By path and signature, the whole of what is in the URL behind the host. */
  const expected = new Map<string, Expected>();
  const server = await startLoopbackServer(async (request, response) => {
    response.on('error', () => undefined);
    const content = await readBody(request).catch(() => undefined);
    const found = request.method === 'PUT' ? expected.get(request.url ?? '') : undefined;
    // As S3 answers; what the response says is between the provider and CloudFormation.
    response.writeHead(found === undefined ? 403 : 200, { 'Content-Length': 0 }).end();
    if (content !== undefined) {
      found?.settle(outcomeOf(content, found.ids));
    }
  });
  return {
    expect(ids) {
      const key = encodeURIComponent(`${ids.StackId}|${ids.LogicalResourceId}|${ids.RequestId}`);
      const signature = randomBytes(32).toString('hex');
      const path = `/${key}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-SignedHeaders=host&X-Amz-Signature=${signature}`;
      const outcome = new Promise<Outcome>((settle) => {
        expected.set(path, { ids, settle });
      });
      return { responseUrl: server.url + path, outcome };
    },
    close: server.close,
  };
}

/** Nothing is kept of a response that is too long. */
async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_RESPONSE_BYTES) {
      chunks.push(chunk);
    }
  }
  return size > MAX_RESPONSE_BYTES ? 'too long' : Buffer.concat(chunks).toString();
}

function outcomeOf(content: string, ids: RequestIds): Outcome {
  const response = parseObject(content);
  if (response === undefined) {
    return { ok: false, reason: `its response must be a JSON object of at most ${MAX_RESPONSE_BYTES} bytes` };
  }
  const { Status, PhysicalResourceId, Reason } = response;
  const foreign = Object.entries(ids).find(([name, id]) => response[name] !== id);
  if (foreign !== undefined) {
    return { ok: false, reason: `its response must have the ${foreign[0]} of the request` };
  }
  if (Status === 'FAILED') {
    return { ok: false, reason: text(Reason) || 'its response gives no reason' };
  }
  if (Status !== 'SUCCESS') {
    return { ok: false, reason: `the Status of its response must be SUCCESS or FAILED, got: ${text(Status)}` };
  }
  const physicalResourceId = text(PhysicalResourceId);
  return physicalResourceId
    ? { ok: true, physicalResourceId }
    : { ok: false, reason: 'its response has no PhysicalResourceId' };
}
