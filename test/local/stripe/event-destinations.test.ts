import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DestinedEvent, EventDestination } from '../../../local/stripe/event-destination';
import { click, openShop, PACK, type Shop, URLS } from './support';

/** A destination that keeps what it gets, and takes it as it is told to. */
class Destination implements EventDestination {
  readonly id = 'ed_1';
  readonly received: DestinedEvent[] = [];
  take: (times: number) => void | Promise<void> = () => undefined;

  readonly deliver = async (event: DestinedEvent): Promise<void> => {
    this.received.push(event);
    await this.take(this.received.length);
  };
}

let shop: Shop | undefined;
let destination: Destination;

beforeEach(() => {
  destination = new Destination();
});

afterEach(async () => {
  await shop?.close();
  shop = undefined;
});

async function open(options: Parameters<typeof openShop>[0] = {}): Promise<Shop> {
  shop = await openShop({ webhookUrl: undefined, eventDestinations: [destination], ...options });
  return shop;
}

test('a destination gets every event, and nobody else does', async () => {
  const { stripe, local, endpoint } = await open();
  const customer = await stripe.customers.create({ name: 'Ada' });
  await local.idle();
  const detail = expect.objectContaining({ object: 'event', type: 'customer.created', data: { object: customer } });
  expect(destination.received).toEqual([{ type: 'customer.created', created: expect.any(Number), detail }]);
  expect(local.deliveries()).toEqual([
    {
      endpoint: 'ed_1',
      eventId: expect.stringMatching(/^evt_/),
      type: 'customer.created',
      state: 'delivered',
      attempts: 1,
      lastMilliseconds: expect.any(Number),
    },
  ]);
  expect(endpoint.received).toEqual([]);
});

test('a webhook endpoint gets it as well', async () => {
  const { stripe, local, endpoint } = await open();
  await stripe.webhookEndpoints.create({ url: endpoint.url, enabled_events: ['customer.created'] });
  await stripe.customers.create();
  await local.idle();
  expect([destination.received.length, endpoint.types()]).toEqual([1, ['customer.created']]);
});

test('what it does not take is tried again', async () => {
  const lines: string[] = [];
  const { stripe, local } = await open({ log: (line) => lines.push(line) });
  destination.take = (times) => {
    if (times < 3) {
      throw new Error('there is no EventBridge yet');
    }
  };
  await stripe.customers.create();
  await local.idle();
  expect(local.deliveries()).toMatchObject([{ state: 'delivered', attempts: 3 }]);
  expect(lines).toEqual([
    expect.stringMatching(
      /^stripe webhook customer.created evt_\w+ to ed_1: there is no EventBridge yet, again in 5 ms$/,
    ),
    expect.stringMatching(/ again in 10 ms$/),
    expect.stringMatching(/ to ed_1: taken$/),
  ]);
});

test('checkout leads back when what the event has set off is over', async () => {
  const { stripe } = await open();
  const session = await stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS });
  let finish = (): void => undefined;
  let isBack = false;
  destination.take = () => new Promise((resolve) => (finish = resolve));
  const paid = click(session, 'pay', 'ada@example.com').then(({ status }) => {
    isBack = true;
    return status;
  });
  while (!destination.received.some(({ type }) => type === 'checkout.session.completed')) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(isBack).toBe(false);
  destination.take = () => undefined;
  finish();
  expect(await paid).toBe(303);
});

test('an event on its way when the stand-in closes is delivered by the next one', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'stripe-'));
  const first = await open({ dataDir });
  destination.take = () => new Promise(() => undefined);
  await first.stripe.customers.create();
  while (destination.received.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await first.close();
  destination.take = () => undefined;
  const { local } = await open({ dataDir });
  await local.idle();
  expect(destination.received).toHaveLength(2);
  expect(local.deliveries()).toMatchObject([{ endpoint: 'ed_1', state: 'delivered' }]);
  await rm(dataDir, { recursive: true });
});

test('an event for a destination or an endpoint that is gone is given up', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'stripe-'));
  const first = await openShop({ dataDir, eventDestinations: [destination], webhookUrl: () => undefined });
  destination.take = () => new Promise(() => undefined);
  await first.stripe.customers.create();
  await first.close();
  shop = await openShop({ dataDir, webhookUrl: undefined });
  await shop.local.idle();
  expect(shop.local.deliveries()).toMatchObject([
    { endpoint: 'default', state: 'failed', lastError: 'there is no such endpoint' },
    { endpoint: 'ed_1', state: 'failed', lastError: 'the endpoint was deleted' },
  ]);
  await rm(dataDir, { recursive: true });
});
