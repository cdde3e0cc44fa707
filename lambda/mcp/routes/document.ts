import { apiBase, type BoundedAnswer, boundedFetch } from '../../adapters/bounded-fetch';
import type { EpochSeconds } from '../../domain/clock';

/** Seconds for which a document is taken as it was, and for which a failure is. */
const LIFETIME = { read: 300, failed: 10 };

const BOUNDS = { maxBytes: 2 * 1_024 * 1_024, milliseconds: 5_000 };

/** There is no document by which the API's routes could be offered; the message says why. */
export class DocumentError extends Error {
  public override readonly name = 'DocumentError';
}

export interface DocumentReader {
  /** The OpenAPI document of the API at that URL. Throws a `DocumentError`. */
  read(publicUrl: string): Promise<OpenApiDocument>;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, unknown>>;
  readonly components?: unknown;
}

interface Reading {
  readonly document: Promise<OpenApiDocument>;
  readonly until: EpochSeconds;
}

/** Reads `/openapi.json` of an API, as anybody may, and keeps it for some minutes. */
export class HttpDocuments implements DocumentReader {
  private readonly readings = new Map<string, Reading>();

  constructor(private readonly clock: () => EpochSeconds) {}

  public read(publicUrl: string): Promise<OpenApiDocument> {
    const known = this.readings.get(publicUrl);
    if (known !== undefined && this.clock() < known.until) {
      return known.document;
    }
    const document = readDocument(publicUrl);
    const keep = (seconds: number) => this.readings.set(publicUrl, { document, until: this.clock() + seconds });
    keep(LIFETIME.read);
    document.catch(() => keep(LIFETIME.failed));
    return document;
  }
}

async function readDocument(publicUrl: string): Promise<OpenApiDocument> {
  const base = apiBase(publicUrl);
  const url = new URL('openapi.json', base);
  const answer = await get(url);
  if (answer.status !== 200 || answer.truncated) {
    const what = answer.truncated ? `more than ${BOUNDS.maxBytes} bytes` : `HTTP ${answer.status}`;
    throw new DocumentError(`the API's routes cannot be offered as tools: ${url.href} answers with ${what}`);
  }
  const document = parse(answer.body);
  if (document === undefined) {
    throw new DocumentError(`the API's routes cannot be offered as tools: ${url.href} is no OpenAPI 3 document`);
  }
  const foreign = serversOf(document).find((server) => !isAt(server, url, base));
  if (foreign !== undefined) {
    throw new DocumentError(
      `the API's routes cannot be offered as tools: ${url.href} is the document of another API, at ${JSON.stringify(foreign)}`,
    );
  }
  return document;
}

async function get(url: URL): Promise<BoundedAnswer> {
  try {
    return await boundedFetch(url, { headers: { accept: 'application/json' } }, BOUNDS);
  } catch (error) {
    throw new DocumentError(`the API's routes cannot be offered as tools: ${url.href} does not answer`, {
      cause: error,
    });
  }
}

function parse(bytes: Uint8Array): OpenApiDocument | undefined {
  try {
    const { openapi, paths, ...others } = JSON.parse(Buffer.from(bytes).toString()) as Partial<OpenApiDocument>;
    const isDocument = `${openapi}`.startsWith('3.') && typeof paths === 'object' && paths !== null;
    return isDocument ? { ...others, openapi: `${openapi}`, paths } : undefined;
  } catch {
    return undefined;
  }
}

/** Where a document says that its API is; nowhere else than where it was read, if it says nothing. */
function serversOf(document: object): unknown[] {
  const { servers } = document as { servers?: unknown };
  return Array.isArray(servers) ? servers.map((server: { url?: unknown } | null) => server?.url) : [];
}

/** Whether a server, relative to the document or not, is the API itself. */
function isAt(server: unknown, document: URL, base: URL): boolean {
  try {
    const { href } = new URL(`${server}`, document);
    return href.replace(/\/$/, '') === base.href.replace(/\/$/, '');
  } catch {
    return false;
  }
}
