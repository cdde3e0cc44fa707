import { type ApiAnswer, type ApiCall, type ApiCaller, LostAnswerError } from '../domain/api-call';
import { apiBase, type BoundedAnswer, type Bounds, boundedFetch } from './bounded-fetch';

/** Headers by which a caller is known. */
export type CredentialHeaders = Readonly<Record<string, string>>;

/** What is told of an answer's headers: what describes the answer, and what says how to go on. Cookies are not the caller's. */
const TOLD = [
  'content-disposition',
  'content-language',
  'content-type',
  'etag',
  'last-modified',
  'link',
  'location',
  'payment-receipt',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'www-authenticate',
];

/** Under API Gateway's own limit of 29 seconds, with time left to say that none came. */
const MILLISECONDS = 24_000;

/** Calls an API at its public URL, and nothing else, with the credential of one caller. */
export class HttpApiCaller implements ApiCaller {
  private readonly base: URL;
  private readonly bounds: Bounds;

  constructor(
    publicUrl: string,
    private readonly credential: CredentialHeaders,
    bounds: Pick<Bounds, 'maxBytes'> & Partial<Bounds>,
  ) {
    this.base = apiBase(publicUrl);
    this.bounds = { milliseconds: MILLISECONDS, ...bounds };
  }

  public async call({ method, path, headers, body }: ApiCall): Promise<ApiAnswer> {
    const url = this.urlOf(path);
    // The credential last, so that nothing in a call can take its place.
    const init: RequestInit = { method, headers: { ...headers, ...this.credential }, body: body && Buffer.from(body) };
    let answer: BoundedAnswer;
    try {
      answer = await boundedFetch(url, init, this.bounds);
    } catch (error) {
      throw new LostAnswerError('no answer came from the API', { cause: error });
    }
    const told = TOLD.flatMap((name) => {
      const value = answer.headers.get(name) ?? remapped(answer.headers, name);
      return value === null ? [] : [[name, value] as const];
    });
    return { status: answer.status, headers: Object.fromEntries(told), body: answer.body, truncated: answer.truncated };
  }

  private urlOf(path: string): URL {
    const url = new URL(`${this.base.href.replace(/\/$/, '')}${path}`);
    if (url.origin !== this.base.origin || !url.pathname.startsWith(this.base.pathname)) {
      throw new Error('a path leads out of the API');
    }
    return url;
  }
}

/** API Gateway renames some headers of a function's answer. */
function remapped(headers: Headers, name: string): string | null {
  return headers.get(`x-amzn-remapped-${name}`);
}
