import type { StripeSide } from './stripe-side';

/** A challenge of the Payment scheme, as `WWW-Authenticate` carries it. */
export type Challenge = Readonly<Record<string, string>>;

/** An agent that calls a paid API with a key, and pays by shared payment tokens of a person's. */
export class Agent {
  constructor(
    private readonly apiUrl: string,
    private readonly stripe: StripeSide,
    public readonly apiKey: string,
  ) {}

  /** A call that costs one unit, or five by POST. */
  async call(headers: Record<string, string> = {}, method: 'GET' | 'POST' = 'GET') {
    const response = await fetch(new URL('items/1', this.apiUrl), {
      method,
      headers: { 'x-api-key': this.apiKey, ...headers },
    });
    const body = await response.json();
    const header = response.headers.get('www-authenticate') ?? '';
    return { status: response.status, body, headers: response.headers, challenge: parseChallenge(header) };
  }

  /** The challenge that a call is refused with. */
  async refused(method: 'GET' | 'POST' = 'GET'): Promise<Challenge> {
    const { status, challenge } = await this.call({}, method);
    expect(status).toBe(402);
    return challenge;
  }

  /** Has a token granted for what the challenge asks. */
  async grant(challenge: Challenge, paymentMethod = 'pm_card_visa', maxAmount?: string): Promise<string> {
    const { amount, currency } = JSON.parse(Buffer.from(challenge.request ?? '', 'base64url').toString());
    const body = new URLSearchParams({
      payment_method: paymentMethod,
      'usage_limits[currency]': currency,
      'usage_limits[max_amount]': maxAmount ?? amount,
      'usage_limits[expires_at]': String(Math.floor(Date.parse(challenge.expires ?? '') / 1000)),
    });
    return (await this.stripe.post('test_helpers/shared_payment/granted_tokens', body)).id;
  }

  async pay(challenge: Challenge, token: string, method: 'GET' | 'POST' = 'GET') {
    return this.call({ 'Payment-Authorization': credential(challenge, { spt: token }) }, method);
  }
}

export function credential(challenge: Challenge, payload: object): string {
  const { description: _, ...echoed } = challenge;
  return `Payment ${Buffer.from(JSON.stringify({ challenge: echoed, payload })).toString('base64url')}`;
}

export function parseChallenge(header: string): Challenge {
  return Object.fromEntries([...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]));
}
