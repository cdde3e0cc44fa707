import { setTimeout as sleep } from 'node:timers/promises';
import type { Catalogue } from '../lib/private/catalogue';
import type { DevServer } from './dev-server';

/** Quotas that are spent call by call; more would keep a developer waiting. */
const MAX_QUOTA = 5_000;

/** In milliseconds. */
const IDLE_TIMEOUT = 5_000;

export interface WalkOptions {
  /** `GET /forecast/berlin`: the protected call that is made. */
  readonly call: { readonly method: string; readonly path: string };
  /** The URL of the API, with a slash at its end. */
  readonly apiUrl: string;
  /** Below `apiUrl`, `/billing`. */
  readonly billingPath: string;
  readonly catalogue: Catalogue;
  readonly stripe: NonNullable<DevServer['stripe']>;
  /** Takes each step as a line. */
  readonly print: (line: string) => void;
}

/** A step did something else than it should; the message is one line. */
export class WalkError extends Error {
  override readonly name = 'WalkError';
}

interface Answer {
  readonly status: number;
  readonly location: string;
  readonly milliseconds: number;
  readonly retryAfter: number;
  readonly body: Record<string, unknown>;
}

/**
 * Walks the whole way of a customer over real HTTP: signs up, calls until the quota is used up, meets the 402, pays, and calls
 * again. Gives the key of a second customer, whose quota is whole.
 */
export async function walk(options: WalkOptions): Promise<string> {
  return new Walker(options).walk();
}

class Walker {
  private readonly billingUrl: string;

  constructor(private readonly options: WalkOptions) {
    this.billingUrl = `${options.apiUrl}${options.billingPath.slice(1)}`;
  }

  public async walk(): Promise<string> {
    const key = await this.signUp();
    const refusal = await this.callUntilRefused(key);
    const before = await this.remaining(key);
    await this.pay(String(refusal.body.checkoutUrl));
    const answer = await this.call(key);
    this.line(answer, this.options.call.method, this.callUrl, 200, 'the very next call');
    const after = await this.remaining(key);
    if (after <= before) {
      throw new WalkError(`the payment must raise the balance, which was ${before} and is ${after}`);
    }
    const own = await this.signUp();
    // Stripe sends more events than the walk waits for.
    await Promise.race([this.options.stripe.idle(), sleep(IDLE_TIMEOUT, undefined, { ref: false })]);
    return own;
  }

  private get callUrl(): string {
    return `${this.options.apiUrl}${this.options.call.path.slice(1)}`;
  }

  private async signUp(): Promise<string> {
    const { catalogue } = this.options;
    const started = await this.request('POST', `${this.billingUrl}/checkout`, { plan: catalogue.defaultPlan });
    this.line(started, 'POST', `${this.billingUrl}/checkout`, 201, `sign up for plan ${catalogue.defaultPlan}`);
    const claim = String(started.body.claim);
    const welcome = await this.welcome(await this.pressPay(String(started.body.url)), { 'X-Checkout-Claim': claim });
    const { apiKey } = welcome.body;
    if (typeof apiKey !== 'string') {
      throw new WalkError(`the welcome page must show a key, but answered ${JSON.stringify(welcome.body)}`);
    }
    return apiKey;
  }

  private async callUntilRefused(key: string): Promise<Answer> {
    const { call, catalogue } = this.options;
    const quota = catalogue.plans.find(({ id }) => id === catalogue.defaultPlan)?.quota.units;
    if (quota === undefined || quota > MAX_QUOTA) {
      const units = quota === undefined ? 'endless' : String(quota);
      throw new WalkError(`the walk spends the default plan's quota call by call, and ${units} units are too many`);
    }
    const times: number[] = [];
    for (;;) {
      const answer = await this.call(key);
      if (answer.status === 429 && times.length <= quota) {
        await sleep(answer.retryAfter * 1_000);
      } else if (answer.status !== 200 || times.length > quota) {
        const note = 'calls, and the median of their times';
        this.print(call.method, pathOf(this.callUrl), `200 ×${times.length}`, median(times), note);
        this.line(answer, call.method, this.callUrl, 402, String(answer.body.detail).replace(/(?<=\.) .*/, ''));
        return answer;
      } else {
        times.push(answer.milliseconds);
      }
    }
  }

  private async pay(checkoutUrl: string): Promise<void> {
    const link = await this.request('GET', checkoutUrl);
    this.line(link, 'GET', pathOf(checkoutUrl).replace(/checkout\/[^?]*/, 'checkout/…'), 303, 'the link in the 402');
    const returnUrl = await this.pressPay(link.location);
    const webhook = this.options.stripe.deliveries().findLast(({ type }) => type === 'checkout.session.completed');
    const { lastStatus: status, lastMilliseconds: milliseconds = 0 } = webhook ?? {};
    const note = 'checkout.session.completed, from the stand-in';
    if (webhook?.state === 'delivered' && status === undefined) {
      this.print('', '(EventBridge)', 'taken', milliseconds, note);
    } else {
      const answer = { status: status ?? 0, milliseconds, body: {} };
      this.line(answer, 'POST', `${this.billingUrl}/stripe/webhook`, 200, note);
    }
    await this.welcome(returnUrl);
  }

  /** Presses Pay on the checkout page, and gives where Stripe leads the customer back to. */
  private async pressPay(url: string): Promise<string> {
    const page = await this.request('GET', url);
    this.line(page, 'GET', '(Checkout)', 200, 'the page');
    const form = new URLSearchParams({ action: 'pay', email: 'you@example.com' });
    const paid = await this.request('POST', url, form);
    this.line(paid, 'POST', '(Checkout)', 303, 'Pay');
    return paid.location;
  }

  private async welcome(url: string, headers: Record<string, string> = {}): Promise<Answer> {
    const welcome = await this.request('GET', url, undefined, headers);
    this.line(welcome, 'GET', `${this.billingUrl}/welcome`, 200, String(welcome.body.note));
    return welcome;
  }

  private async remaining(key: string): Promise<number> {
    const usage = await this.request('GET', `${this.billingUrl}/usage`, undefined, { 'x-api-key': key });
    this.line(
      usage,
      'GET',
      `${this.billingUrl}/usage`,
      200,
      `${usage.body.remaining ?? 'endless'} units remaining on plan ${usage.body.plan}`,
    );
    return Number(usage.body.remaining ?? Number.POSITIVE_INFINITY);
  }

  private call(key: string): Promise<Answer> {
    return this.request(this.options.call.method, this.callUrl, undefined, { 'x-api-key': key });
  }

  /** Prints a step, and ends the walk where it did not do what it should. */
  private line(
    answer: Pick<Answer, 'status' | 'milliseconds' | 'body'>,
    method: string,
    url: string,
    expected: number,
    note: string,
  ): void {
    const path = url.startsWith('http') ? pathOf(url) : url;
    this.print(method, path, String(answer.status), answer.milliseconds, note);
    if (answer.status !== expected) {
      throw new WalkError(
        `${method} ${path} must answer ${expected}, but answered ${answer.status}: ${JSON.stringify(answer.body)}`,
      );
    }
  }

  private print(method: string, path: string, status: string, milliseconds: number, note: string): void {
    const time = `${milliseconds.toFixed(1)} ms`;
    this.options.print(`${method.padEnd(5)}${path.padEnd(36)} ${status.padEnd(8)}${time.padStart(9)}   ${note}`);
  }

  private async request(
    method: string,
    url: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const started = performance.now();
    const form = body instanceof URLSearchParams;
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        Accept: 'application/json',
        ...headers,
        ...(body !== undefined && !form && { 'Content-Type': 'application/json' }),
      },
      body: form ? body : body && JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      location: response.headers.get('location') ?? '',
      milliseconds: Math.round((performance.now() - started) * 10) / 10,
      retryAfter: Number(response.headers.get('retry-after') ?? 1),
      body: text.startsWith('{') ? JSON.parse(text) : {},
    };
  }
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url, 'http://localhost');
  return decodeURI(`${pathname}${search}`);
}

function median(times: readonly number[]): number {
  return [...times].sort((left, right) => left - right)[Math.floor(times.length / 2)] ?? 0;
}
