import type { APIGatewayProxyEvent } from 'aws-lambda';
import Stripe from 'stripe';
import { SecretReader } from '../../../lambda/adapters/secrets';
import { receive, type WebhookDependencies } from '../../../lambda/webhook/webhook';
import { type LogLine, takeLogLines } from '../../support/log-lines';
import { NOW } from '../fixtures';
import { event as stripeEvent } from '../payments/events';
import { customerAtStripe } from '../payments/objects';

const body = JSON.stringify(stripeEvent('customer.updated', { ...customerAtStripe('cus_1'), name: 'Überraschung' }));
let secret: string;
let reads: number;
let now: number;
let counted: string[];
let logged: LogLine[];
let dependencies: WebhookDependencies;

beforeEach(() => {
  [secret, reads, now, counted] = ['whsec_a', 0, NOW, []];
  const client = {
    send: async () => {
      reads++;
      return { SecretString: secret };
    },
  };
  dependencies = {
    clock: () => now,
    process: async () => 'ignored',
    secrets: new SecretReader(client as never, () => now),
    webhookSecretArn: 'arn:secret',
    count: (metric) => counted.push(metric),
  };
  logged = takeLogLines();
});

afterEach(() => jest.restoreAllMocks());

function delivery(signedWith: string, overrides: Partial<APIGatewayProxyEvent> = {}): APIGatewayProxyEvent {
  const signature = Stripe.webhooks.generateTestHeaderString({ payload: body, secret: signedWith, timestamp: now });
  return {
    body,
    isBase64Encoded: false,
    headers: { 'stripe-SIGNATURE': signature },
    requestContext: { requestId: 'request-1' },
    ...overrides,
  } as APIGatewayProxyEvent;
}

test('a signed event is taken, whatever case the name of its header has', async () => {
  const answer = await receive(delivery('whsec_a'), dependencies);
  expect(answer.statusCode).toBe(200);
  expect(JSON.parse(answer.body)).toEqual({ received: true, outcome: 'ignored' });
  expect(counted).toEqual([]);
});

test('a body that API Gateway has encoded is the same body', async () => {
  const encoded = { body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
  expect((await receive(delivery('whsec_a', encoded), dependencies)).statusCode).toBe(200);
});

test('a secret that was rotated a moment ago is read again', async () => {
  await receive(delivery('whsec_a'), dependencies);
  secret = 'whsec_b whsec_a';
  now += 10;
  expect((await receive(delivery('whsec_b'), dependencies)).statusCode).toBe(200);
  expect((await receive(delivery('whsec_a'), dependencies)).statusCode).toBe(200);
  expect(reads).toBe(2);
});

test('strangers cannot make each a call of Secrets Manager', async () => {
  await receive(delivery('whsec_a'), dependencies);
  now += 10;
  const answers = await Promise.all(Array.from({ length: 50 }, () => receive(delivery('whsec_x'), dependencies)));
  expect(answers.every(({ statusCode }) => statusCode === 400)).toBe(true);
  expect(reads).toBe(2);
});

test('a bad signature is told as a problem, and nothing of ours with it', async () => {
  const answer = await receive(delivery('whsec_x'), dependencies);
  expect(answer).toMatchObject({ statusCode: 400, headers: { 'Content-Type': 'application/problem+json' } });
  expect(JSON.parse(answer.body)).toMatchObject({ status: 400, instance: 'urn:uuid:request-1' });
  expect(answer.body).not.toContain('whsec');
  expect(counted).toEqual(['RefusedWebhooks']);
});

test.each([
  ['what carries it out', () => ({ process: async () => Promise.reject(new Error('table PaywallTable is on fire')) })],
  [
    'Secrets Manager',
    () => ({
      secrets: new SecretReader({ send: async () => Promise.reject(new Error('denied')) } as never, () => now),
    }),
  ],
])('when %s fails, Stripe is asked to send it again, and the operator is told why', async (_, broken) => {
  const answer = await receive(delivery('whsec_a'), { ...dependencies, ...broken() } as WebhookDependencies);
  expect(answer.statusCode).toBe(500);
  expect(answer.body).not.toMatch(/fire|denied|PaywallTable/);
  expect(logged).toEqual([expect.objectContaining({ level: 'ERROR', requestId: 'request-1' })]);
  expect(counted).toEqual(['FailedWebhooks']);
});
