import { createHash, createHmac } from 'node:crypto';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A POST without a query, which is all that is needed of AWS here. */
export interface SignableRequest {
  /** Of letters, digits, `/`, `-` and `_` alone, which no rule of encoding changes. @default `/` */
  readonly path?: string;
  /** Names in lower case, `host` among them; every one of them is signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Signature Version 4 for one service in one Region.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export class RequestSigner {
  /** Deriving it takes four of the five HMACs; it holds for a day and for one secret. */
  private signingKey?: { readonly date: string; readonly secret: string; readonly key: Buffer };

  constructor(
    private readonly service: string,
    private readonly region: string,
  ) {}

  /** The request's headers, and those that authenticate it. */
  public sign(request: SignableRequest, credentials: Credentials, epochMilliseconds: number): Record<string, string> {
    const timestamp = new Date(epochMilliseconds).toISOString().replace(/[-:]|\.\d{3}/g, '');
    const date = timestamp.slice(0, 8);
    const headers: Record<string, string> = { ...request.headers, 'x-amz-date': timestamp };
    if (credentials.sessionToken !== undefined) {
      headers['x-amz-security-token'] = credentials.sessionToken;
    }
    const names = Object.keys(headers).sort();
    const signedHeaders = names.join(';');
    const lines = names.map((name) => `${name}:${headers[name]}\n`).join('');
    const canonicalRequest = `POST\n${request.path ?? '/'}\n\n${lines}\n${signedHeaders}\n${sha256(request.body)}`;
    const scope = `${date}/${this.region}/${this.service}/aws4_request`;
    const text = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonicalRequest)}`;
    const signature = createHmac('sha256', this.keyOf(date, credentials.secretAccessKey)).update(text).digest('hex');
    const credential = `${credentials.accessKeyId}/${scope}`;
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
    return headers;
  }

  private keyOf(date: string, secret: string): Buffer {
    if (this.signingKey?.date !== date || this.signingKey.secret !== secret) {
      const steps = [date, this.region, this.service, 'aws4_request'];
      const key = steps.reduce<Buffer>((last, step) => hmac(last, step), Buffer.from(`AWS4${secret}`));
      this.signingKey = { date, secret, key };
    }
    return this.signingKey.key;
  }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
