import Stripe from 'stripe';
import { Endpoint, errorOf, openShop, pull, type Shop, WEBHOOK_SECRET } from './support';

type EndpointParams = Stripe.WebhookEndpointCreateParams;

let shop: Shop;
let other: Endpoint;

beforeEach(async () => {
  shop = await openShop({ retryDelays: [5] });
  other = await new Endpoint().open();
});

afterEach(async () => {
  await shop.close();
  await other.close();
});

async function register(params: Partial<EndpointParams> = {}): Promise<Stripe.WebhookEndpoint> {
  return shop.stripe.webhookEndpoints.create({ url: other.url, enabled_events: ['*'], ...params });
}

describe('endpoints', () => {
  test('tell their secret when they are made, and never again', async () => {
    const { stripe } = shop;
    const made = await register({
      enabled_events: ['customer.created', 'invoice.paid'],
      api_version: Stripe.API_VERSION,
      description: 'the paywall',
      metadata: { paywall: 'p1' },
    });
    expect(made).toMatchObject({
      id: expect.stringMatching(/^we_/),
      object: 'webhook_endpoint',
      api_version: Stripe.API_VERSION,
      application: null,
      description: 'the paywall',
      enabled_events: ['customer.created', 'invoice.paid'],
      metadata: { paywall: 'p1' },
      secret: expect.stringMatching(/^whsec_\w{32}$/),
      status: 'enabled',
      url: other.url,
    });
    expect(await stripe.webhookEndpoints.retrieve(made.id)).not.toHaveProperty('secret');
    expect((await stripe.webhookEndpoints.list()).data).toEqual([expect.not.objectContaining({ secret: made.secret })]);
    const changed = await stripe.webhookEndpoints.update(made.id, {
      disabled: true,
      enabled_events: ['*'],
      url: `${other.url}/two`,
      metadata: { paywall: 'p2' },
      description: '',
    });
    expect(changed).toMatchObject({
      status: 'disabled',
      enabled_events: ['*'],
      url: `${other.url}/two`,
      metadata: { paywall: 'p2' },
      description: null,
    });
    expect(changed).not.toHaveProperty('secret');
    expect(await stripe.webhookEndpoints.del(made.id)).toMatchObject({ id: made.id, deleted: true });
    expect((await errorOf(stripe.webhookEndpoints.retrieve(made.id))).code).toBe('resource_missing');
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['no url', { url: undefined }, 'url'],
    ['a url that is none', { url: 'shop' }, 'url'],
    ['no events', { enabled_events: [] }, 'enabled_events'],
    ['an event that is none', { enabled_events: ['Customer created'] }, 'enabled_events'],
    ['another version', { api_version: '2020-08-27' }, `api_version (but ${Stripe.API_VERSION})`],
    ['another account’s events', { connect: true }, 'connect (but false)'],
  ])('are refused with %s', async (_name, params, param) => {
    const error = await errorOf(register(params as Partial<EndpointParams>));
    expect(error).toMatchObject({ statusCode: 400, param });
  });

  test('beyond this machine are sent nothing', async () => {
    await register({ url: 'https://shop.example/webhook' });
    await shop.stripe.customers.create({ email: 'ada@example.com' });
    await shop.local.idle();
    const failed = shop.local.deliveries().filter(({ type }) => type === 'customer.created');
    expect(JSON.stringify(failed)).toContain('nothing beyond this machine');
  });

  test('are sixteen at most', async () => {
    for (let count = 0; count < 16; count += 1) {
      await register();
    }
    expect((await errorOf(register())).statusCode).toBe(400);
  });
});

describe('events', () => {
  test('go to every endpoint that wants them, each signed with its own secret', async () => {
    const { stripe, local, endpoint } = shop;
    // Stripe's types name no groups of events.
    const products = 'product.*' as EndpointParams['enabled_events'][number];
    const { secret = '' } = await register({ enabled_events: [products, 'customer.created'] });
    const { id } = await stripe.customers.create();
    await stripe.customers.update(id, { name: 'Ada' });
    await stripe.products.create({ name: 'Pro' });
    await local.idle();
    expect(endpoint.types().sort()).toEqual(['customer.created', 'customer.updated', 'product.created']);
    expect(other.types().sort()).toEqual(['customer.created', 'product.created']);
    for (const { raw, signature } of other.received) {
      expect(Stripe.webhooks.constructEvent(raw, signature, secret).pending_webhooks).toBeGreaterThan(0);
      expect(() => Stripe.webhooks.constructEvent(raw, signature, WEBHOOK_SECRET)).toThrow(/signature/i);
    }
  });

  test('count as delivered when every endpoint has taken them', async () => {
    const { stripe, local } = shop;
    const { id } = await register({ enabled_events: ['customer.created'] });
    other.answer = () => 500;
    await stripe.customers.create();
    await local.idle();
    const [missed] = (await stripe.events.list({ delivery_success: false })).data;
    expect(missed).toMatchObject({ type: 'customer.created', pending_webhooks: 1 });
    expect(local.deliveries()).toMatchObject([
      { endpoint: 'default', state: 'delivered', attempts: 1 },
      { endpoint: id, state: 'failed', attempts: 2, lastStatus: 500 },
    ]);

    other.answer = () => 200;
    await pull(local, `events/${missed?.id}/redeliver?webhook_endpoint=${id}`);
    await local.idle();
    expect((await stripe.events.list({ delivery_success: false })).data).toEqual([]);
    expect((await stripe.events.retrieve(missed?.id ?? '')).pending_webhooks).toBe(0);
    expect(shop.endpoint.types()).toEqual(['customer.created']);
    expect((await pull(local, `events/${missed?.id}/redeliver?webhook_endpoint=we_none`)).status).toBe(400);
  });

  test('go to the default endpoint’s URL once, signed for the endpoint that has taken its place', async () => {
    const { stripe, local, endpoint } = shop;
    const { id, secret = '' } = await register({ url: endpoint.url, enabled_events: ['customer.created'] });
    await stripe.customers.create();
    await stripe.products.create({ name: 'Pro' });
    await local.idle();
    expect(endpoint.types()).toEqual(['customer.created']);
    const [{ raw, signature } = { raw: '', signature: '' }] = endpoint.received;
    expect(Stripe.webhooks.constructEvent(raw, signature, secret).type).toBe('customer.created');

    await stripe.webhookEndpoints.del(id);
    await stripe.products.create({ name: 'Max' });
    await local.idle();
    expect(endpoint.types()).toEqual(['customer.created', 'product.created']);
  });

  test('that came before the default URL was known still go there once', async () => {
    await shop.close();
    const urls: string[] = [];
    // Long enough for the URL to be there by then, also on a busy machine.
    shop = await openShop({ webhookUrl: () => urls[0], retryDelays: [300] });
    await register();
    await shop.stripe.customers.create();
    urls.push(other.url);
    await shop.local.idle();
    expect(other.types()).toEqual(['customer.created']);
    expect(shop.local.deliveries()).toMatchObject([{ state: 'delivered' }]);
  });

  test.each<[string, (id: string) => Promise<unknown>]>([
    ['disabled', (id) => shop.stripe.webhookEndpoints.update(id, { disabled: true })],
    ['deleted', (id) => shop.stripe.webhookEndpoints.del(id)],
  ])('go no more to an endpoint that was %s, not even again', async (what, end) => {
    const { stripe, local } = shop;
    const { id } = await register();
    let ended: Promise<unknown> | undefined;
    other.answer = async () => {
      ended ??= end(id);
      await ended;
      return 500;
    };
    await stripe.customers.create();
    await local.idle();
    await stripe.products.create({ name: 'Pro' });
    await local.idle();
    expect(other.types()).toEqual(['customer.created']);
    expect(local.deliveries().filter(({ endpoint }) => endpoint === id)).toMatchObject([
      { state: 'failed', attempts: 2, lastError: expect.stringContaining(what) },
    ]);
  });
});
