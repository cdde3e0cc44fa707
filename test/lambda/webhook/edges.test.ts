import { createHmac } from 'node:crypto';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type Stripe from 'stripe';
import { SecretReader } from '../../../lambda/adapters/secrets';
import { receive, type WebhookDependencies } from '../../../lambda/webhook/webhook';
import { NOW } from '../fixtures';
import { event as stripeEvent } from '../payments/events';
import { customerAtStripe } from '../payments/objects';

const news = stripeEvent('customer.updated', { ...customerAtStripe('cus_1'), name: 'Überraschung 💶' });
const told = JSON.stringify(news);

let secret: string;
let processed: Stripe.Event[];
let dependencies: WebhookDependencies;
let now: number;

beforeEach(() => {
  [secret, processed, now] = ['whsec_a', [], NOW];
  dependencies = {
    clock: () => now,
    process: async (event) => {
      processed.push(event);
      return 'processed';
    },
    secrets: new SecretReader({ send: async () => ({ SecretString: secret }) } as never, () => now),
    webhookSecretArn: 'arn:secret',
    count: () => undefined,
  };
});

/** As Stripe signs: over bytes, once for each secret that stands. */
function sign(body: Buffer | string, ...secrets: string[]): string {
  const hmac = (key: string) => createHmac('sha256', key).update(`${now}.`).update(body).digest('hex');
  return [`t=${now}`, ...secrets.map((key) => `v1=${hmac(key)}`)].join(',');
}

interface Delivery {
  readonly body: string | null;
  readonly isBase64Encoded?: boolean;
  readonly headers?: Record<string, string>;
  readonly multiValueHeaders?: Record<string, string[]>;
}

async function deliver(delivery: Delivery): Promise<number> {
  const event = { isBase64Encoded: false, headers: {}, requestContext: { requestId: 'request-1' }, ...delivery };
  return (await receive(event as unknown as APIGatewayProxyEvent, dependencies)).statusCode;
}

const signed = (body: string, ...secrets: string[]): Delivery => ({
  body,
  headers: { 'Stripe-Signature': sign(body, ...secrets) },
});

describe('a body', () => {
  test.each([300_000, 4_000_000])('of %i bytes is carried out whole', async (length) => {
    const large = { ...news, data: { object: { ...news.data.object, description: 'ü'.repeat(length / 2) } } };
    expect(await deliver(signed(JSON.stringify(large), 'whsec_a'))).toBe(200);
    expect(processed).toEqual([large]);
  });

  test('in base64 is the bytes that it stands for', async () => {
    const body = Buffer.from(told).toString('base64');
    const headers = { 'Stripe-Signature': sign(told, 'whsec_a') };
    expect(await deliver({ body, headers, isBase64Encoded: true })).toBe(200);
    expect(processed).toEqual([news]);
    expect(await deliver({ body, headers })).toBe(400);
  });

  test('is verified by its bytes: what is no UTF-8 is refused, though it decodes to what was signed', async () => {
    const withReplacement = told.replace('Ü', '\uFFFD');
    const bytes = Buffer.from(withReplacement);
    const at = bytes.indexOf('\uFFFD');
    const invalid = Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff]), bytes.subarray(at + 3)]);
    expect(invalid.toString()).toBe(withReplacement);
    for (const signature of [sign(withReplacement, 'whsec_a'), sign(invalid, 'whsec_a')]) {
      const headers = { 'Stripe-Signature': signature };
      expect(await deliver({ body: invalid.toString('base64'), headers, isBase64Encoded: true })).toBe(400);
    }
    // API Gateway itself puts the replacement there where it takes the body for text; that is not what was signed.
    expect(await deliver({ body: invalid.toString(), headers: { 'Stripe-Signature': sign(invalid, 'whsec_a') } })).toBe(
      400,
    );
    expect(processed).toEqual([]);
    // Nothing is lost by it: what Stripe sends again as it was is taken.
    expect(await deliver(signed(withReplacement, 'whsec_a'))).toBe(200);
  });

  test.each([
    ['empty', ''],
    ['none', null],
  ])('that is %s is refused, signed or not', async (_, body) => {
    expect(await deliver({ body, headers: { 'Stripe-Signature': sign('', 'whsec_a') } })).toBe(400);
    expect(await deliver({ body })).toBe(400);
  });

  test.each(['null', '[]', '"event"', '1', '{}', '{"object":"v2.core.event"}', '{"object":"charge"}', 'not json'])(
    'of %s is no event, though it is signed',
    async (body) => {
      expect(await deliver(signed(body, 'whsec_a'))).toBe(400);
      expect(processed).toEqual([]);
    },
  );

  test('of ten megabytes of noise is refused, and soon', async () => {
    const noise = Buffer.alloc(10 * 1024 * 1024, 'noise \u0000\u00ff', 'latin1');
    const started = performance.now();
    for (const signature of [sign('something else', 'whsec_a'), sign(noise, 'whsec_a'), 'v1=,t=,,==']) {
      const headers = { 'Stripe-Signature': signature };
      expect(await deliver({ body: noise.toString('base64'), headers, isBase64Encoded: true })).toBe(400);
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('that was changed by a byte after it was signed is refused', async () => {
    const headers = { 'Stripe-Signature': sign(told, 'whsec_a') };
    expect(await deliver({ body: `${told} `, headers })).toBe(400);
    expect(await deliver({ body: told.replace('cus_1', 'cus_2'), headers })).toBe(400);
  });
});

describe('stripe-signature', () => {
  test.each(['stripe-signature', 'Stripe-Signature', 'STRIPE-SIGNATURE', 'sTRIPE-sIGNATURE'])(
    'is read as %s',
    async (name) => {
      const signature = sign(told, 'whsec_a');
      expect(await deliver({ body: told, headers: { [name]: signature } })).toBe(200);
      expect(await deliver({ body: told, multiValueHeaders: { [name]: [signature] } })).toBe(200);
    },
  );

  test('may come twice, by whatever is in the way: one that fits is enough', async () => {
    const [right, wrong] = [sign(told, 'whsec_a'), sign(told, 'whsec_x')];
    for (const values of [
      [right, wrong],
      [wrong, right],
      [right, right],
    ]) {
      const headers = { 'Stripe-Signature': values.at(-1) ?? '' };
      expect(await deliver({ body: told, headers, multiValueHeaders: { 'Stripe-Signature': values } })).toBe(200);
    }
    const apart = { 'Stripe-Signature': [wrong], 'stripe-signature': [right] };
    expect(await deliver({ body: told, multiValueHeaders: apart })).toBe(200);
    expect(await deliver({ body: told, multiValueHeaders: { 'Stripe-Signature': [wrong, wrong] } })).toBe(400);
    expect(await deliver({ body: told, multiValueHeaders: { 'Stripe-Signature': [] } })).toBe(400);
  });

  test('may have several v1, of which one fits, and needs one', async () => {
    const signature = sign(told, 'whsec_x', 'whsec_a', 'whsec_y');
    expect(await deliver({ body: told, headers: { 'Stripe-Signature': signature } })).toBe(200);
    expect(await deliver({ body: told, headers: { 'Stripe-Signature': sign(told, 'whsec_x', 'whsec_y') } })).toBe(400);
    const old = sign(told, 'whsec_a').replace('v1=', 'v0=');
    expect(await deliver({ body: told, headers: { 'Stripe-Signature': old } })).toBe(400);
    expect(await deliver({ body: told, headers: { 'Stripe-Signature': `${old},${sign(told, 'whsec_a')}` } })).toBe(200);
  });
});

describe('a signing secret that is rotated', () => {
  const from = (...secrets: string[]) => deliver(signed(told, ...secrets));

  test('at Stripe, which signs with both for a while: no event is refused, whenever ours is changed', async () => {
    expect(await from('whsec_a')).toBe(200);
    // Stripe has a new one; ours is the old one yet.
    expect(await from('whsec_b', 'whsec_a')).toBe(200);
    expect(await from('whsec_a', 'whsec_b')).toBe(200);
    secret = 'whsec_b';
    // The old one is what is still held here.
    expect(await from('whsec_b', 'whsec_a')).toBe(200);
    now += 10;
    expect(await from('whsec_b')).toBe(200);
    expect(await from('whsec_b', 'whsec_a')).toBe(200);
    // Events that wait at Stripe are signed anew each time; one of before is from an old endpoint by now.
    expect(await from('whsec_a')).toBe(400);
  });

  test('here, with both in the secret: either is taken', async () => {
    secret = ' whsec_b\n whsec_a ';
    expect(await from('whsec_a')).toBe(200);
    expect(await from('whsec_b')).toBe(200);
    expect(await from('whsec_c')).toBe(400);
  });

  test('to one that this environment has not read: the first event that it does not fit has it read', async () => {
    expect(await from('whsec_a')).toBe(200);
    secret = 'whsec_b';
    now += 10;
    expect(await from('whsec_b')).toBe(200);
    expect(await from('whsec_a')).toBe(400);
  });

  test('within seconds of being read: what is refused then is taken when Stripe sends it again', async () => {
    expect(await from('whsec_a')).toBe(200);
    secret = 'whsec_b';
    expect(await from('whsec_b')).toBe(400);
    now += 5;
    expect(await from('whsec_b')).toBe(200);
  });
});
