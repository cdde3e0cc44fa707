import { setTimeout as delay } from 'node:timers/promises';
import { credentialsFromEnvironment, endpointFromEnvironment, regionFromEnvironment } from './dynamodb-lean/settings';
import { type Credentials, RequestSigner } from './dynamodb-lean/signature';
import { parseObject } from './parse-object';

/** An entry of PutEvents. */
export interface PutEventsEntry {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  /** JSON. */
  readonly Detail: string;
  /** Seconds since the epoch. */
  readonly Time: number;
}

/** What became of an entry. */
export interface PutEventsResult {
  readonly EventId?: string;
  readonly ErrorCode?: string;
  readonly ErrorMessage?: string;
}

export interface EventBridgeClientOptions {
  /** @default - Lambda's */
  readonly region?: string;
  /** @default - as the SDKs find it */
  readonly endpoint?: URL;
  /** Asked before every request. @default - Lambda's */
  readonly credentials?: () => Credentials;
  /** Milliseconds before the second and the third attempt. */
  readonly delays?: readonly number[];
}

/** EventBridge has not taken a request; whether any of its events was taken is unknown. */
export class EventBridgeError extends Error {
  public override readonly name = 'EventBridgeError';

  constructor(
    message: string,
    public readonly isTransient: boolean,
  ) {
    super(message);
  }
}

const TIMEOUT_MILLISECONDS = 3_000;
const DELAYS = [100, 400];
const TRANSIENT = /^(Throttling|ThrottlingException|TooManyRequestsException|RequestLimitExceeded)$/;

/**
 * PutEvents, by HTTP and nothing between: it is all that is needed of EventBridge, whose SDK client is made for choosing between
 * Regions as well.
 */
export class EventBridgeClient {
  private readonly endpoint: URL;
  private readonly signer: RequestSigner;
  private readonly credentials: () => Credentials;
  private readonly delays: readonly number[];

  constructor(options: EventBridgeClientOptions = {}) {
    const region = options.region ?? regionFromEnvironment();
    this.endpoint = options.endpoint ?? endpointFromEnvironment(region, 'eventbridge');
    this.signer = new RequestSigner('events', region);
    this.credentials = options.credentials ?? credentialsFromEnvironment;
    this.delays = options.delays ?? DELAYS;
  }

  /** Ten entries at most; what became of each, in their order. */
  public async putEvents(entries: readonly PutEventsEntry[]): Promise<readonly PutEventsResult[]> {
    const body = JSON.stringify({ Entries: entries });
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.post(body);
      } catch (error) {
        const pause = this.delays[attempt];
        if (pause === undefined || !(error instanceof EventBridgeError) || !error.isTransient) {
          throw error;
        }
        await delay(pause);
      }
    }
  }

  private async post(body: string): Promise<readonly PutEventsResult[]> {
    const { status, text } = await this.send(body);
    const answer = parseObject(text) as Answer | undefined;
    if (status === 200 && Array.isArray(answer?.Entries)) {
      return answer.Entries;
    }
    const name = answer?.__type?.split('#').at(-1) ?? 'UnreadableAnswer';
    // A signature error goes on, in further lines, with the canonical request, which holds the session token.
    const [reason = ''] = (answer?.message ?? answer?.Message ?? 'no reason was given').split('\n');
    throw new EventBridgeError(`${name}: ${reason} (HTTP ${status})`, status >= 500 || TRANSIENT.test(name));
  }

  private async send(body: string): Promise<{ readonly status: number; readonly text: string }> {
    const headers = {
      host: this.endpoint.host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSEvents.PutEvents',
    };
    const { host, ...signed } = this.signer.sign({ headers, body }, this.credentials(), Date.now());
    try {
      const response = await fetch(this.endpoint, {
        method: 'POST',
        headers: signed,
        body,
        signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      throw new EventBridgeError(`EventBridge has not answered: ${reasonOf(error)}`, true);
    }
  }
}

interface Answer {
  readonly Entries?: readonly PutEventsResult[];
  readonly __type?: string;
  readonly message?: string;
  readonly Message?: string;
}

/** `fetch` says what was wrong in the cause of what it throws. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { readonly message?: string; readonly cause?: { readonly message?: string } };
  return [message, cause?.message].filter((part) => part !== undefined).join(': ');
}
