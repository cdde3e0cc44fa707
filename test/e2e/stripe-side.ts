import Stripe from 'stripe';

/** What Stripe, banks and time do, over HTTP: Stripe's own API, and the stand-in's levers. */
export class StripeSide {
  readonly api: Stripe;

  constructor(
    private readonly url: string,
    private readonly secretKey = 'sk_test_local',
  ) {
    const { hostname: host, port } = new URL(url);
    this.api = new Stripe(secretKey, { host, port: Number(port), protocol: 'http', telemetry: false });
  }

  /** A call that Stripe's library has no method for. */
  async post(path: string, body: URLSearchParams) {
    const headers = { Authorization: `Bearer ${this.secretKey}` };
    const response = await fetch(`${this.url}/v1/${path}`, { method: 'POST', headers, body });
    const answer = await response.json();
    expect({ path, status: response.status, answer }).toMatchObject({ status: 200 });
    return answer;
  }

  /** Seconds since the epoch. */
  async now(): Promise<number> {
    return (await this.pull('clock')).now;
  }

  /** Moves the clock of everything, and waits for what that brings about. */
  async advance(seconds: number): Promise<void> {
    await this.pull(`clock?advance=${seconds}`);
    await this.delivered();
  }

  async advanceTo(time: number): Promise<void> {
    await this.pull(`clock?to=${time}`);
    await this.delivered();
  }

  /** Pulls a lever, whose answer is in Stripe's shapes. */
  async pull(lever: string) {
    const response = await fetch(`${this.url}/local/${lever}`, { method: 'POST' });
    const body = await response.json();
    expect({ lever, status: response.status, body }).toMatchObject({ status: 200 });
    return body;
  }

  /** Waits until the paywall has taken every event that was sent. */
  async delivered(): Promise<void> {
    for (let pending = true; pending; ) {
      const { data } = await (await fetch(`${this.url}/local/deliveries`)).json();
      pending = data.some(({ state }: { state: string }) => state === 'pending');
      await new Promise((resolve) => setTimeout(resolve, pending ? 10 : 0));
    }
  }

  /** Holds back all events, until they are let go. */
  async holdEvents(): Promise<() => Promise<void>> {
    const since = await this.now();
    const { data: endpoints } = await this.api.webhookEndpoints.list();
    const toAll = (disabled: boolean) =>
      Promise.all(endpoints.map(({ id }) => this.api.webhookEndpoints.update(id, { disabled })));
    await toAll(true);
    return async () => {
      await toAll(false);
      for await (const { id } of this.api.events.list({ created: { gte: since }, delivery_success: false })) {
        await this.pull(`events/${id}/redeliver`);
      }
      await this.delivered();
    };
  }
}
