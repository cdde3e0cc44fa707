import { DynamoDBClient, ScanCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { runTool } from './built-tool';
import { type PaidApi, startPaidApi } from './paid-api';
import { StripeSide } from './stripe-side';

const LOCAL = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

let api: PaidApi;
let stripe: StripeSide;

beforeAll(async () => {
  api = await startPaidApi();
  stripe = new StripeSide(api.server.stripe?.url ?? '');
});

afterAll(() => api.close());

/** What the built tool says of the local gateway, by check. */
async function doctor(...args: string[]) {
  const { code, stdout } = await runTool('doctor', '--route', 'POST /items/{id}', ...args, '--json');
  const { findings } = JSON.parse(stdout) as { findings: { check: string; status: string; found: string }[] };
  const said = Object.fromEntries(findings.map(({ check, status, found }) => [check, `${status}: ${found}`]));
  const wrong = findings.filter(({ status }) => status === 'failure').map(({ check }) => check);
  return { code, said, wrong };
}

const local = () => ['--local', new URL(api.url).origin];

test('the local gateway, as it comes, has nothing wrong with it, and no call of the doctor’s has reached a backend', async () => {
  const { code, said, wrong } = await doctor(...local());
  expect([code, wrong]).toEqual([0, []]);
  const call = 'POST /items/doctor';
  expect(said).toMatchObject({
    'stripe.secret-key': 'ok: readable, of test mode',
    'stripe.webhook': expect.stringMatching(/^ok: we_\w+ is enabled for 20 types of events/),
    'stripe.signing-secret': expect.stringMatching(/^ok: in place/),
    'stripe.dead-letters': 'ok: none',
    'table.ttl': 'ok: on expiresAt',
    'gateway.cors': 'ok: on for /items/doctor',
    'gateway.401': `ok: ${call} with no key: 401 with WWW-Authenticate`,
    'gateway.402': expect.stringContaining(`ok: ${call} by one who owes: 402 with`),
    'gateway.402-exhausted': expect.stringMatching(
      /^ok: .*: 402 with .*Link, RateLimit, RateLimit-Policy, Retry-After/,
    ),
    'gateway.403': `ok: ${call} by one who is suspended: 403 as a problem`,
    'gateway.too-large': 'ok: 413',
  });
  // AND nobody who was made for it is there any more
  const client = new DynamoDBClient({ ...LOCAL, endpoint: api.server.storeUrl });
  const { Items = [] } = await client.send(new ScanCommand({ TableName: api.server.app.tables[0]?.name }));
  client.destroy();
  const kinds = Items.map(({ pk }) => pk?.S?.split('#')[0]);
  expect(kinds.filter((kind) => kind !== 'AUDIT' && kind !== 'CURSOR')).toEqual([]);
  expect(kinds.filter((kind) => kind === 'AUDIT')).toHaveLength(6);
}, 60_000);

test('what is wrong is seen: an endpoint that gets too little, events that wait, a table that keeps all for ever', async () => {
  const { data } = await stripe.api.webhookEndpoints.list();
  await stripe.api.webhookEndpoints.update(data[0]?.id ?? '', { enabled_events: ['invoice.paid'] });
  const queues = new SQSClient({ ...LOCAL, endpoint: api.server.queuesUrl });
  const [queue] = api.server.app.queues.filter(({ name }) => name.includes('PaymentsDeadLetters'));
  const { QueueUrl } = await queues.send(new GetQueueUrlCommand({ QueueName: queue?.name }));
  await queues.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
  const dynamodb = new DynamoDBClient({ ...LOCAL, endpoint: api.server.storeUrl });
  const TimeToLiveSpecification = { AttributeName: 'expiresAt', Enabled: false };
  await dynamodb.send(
    new UpdateTimeToLiveCommand({ TableName: api.server.app.tables[0]?.name, TimeToLiveSpecification }),
  );
  queues.destroy();
  dynamodb.destroy();
  const { code, said, wrong } = await doctor(...local());
  expect([code, wrong]).toEqual([1, ['stripe.webhook', 'stripe.dead-letters', 'table.ttl']]);
  expect(said['stripe.webhook']).toMatch(/does not get checkout\.session\.completed, /);
  expect(said['stripe.dead-letters']).toBe('failure: 1 event wait');
}, 60_000);

test('an API without its stack is looked at from outside', async () => {
  const { code, said } = await doctor('--url', api.url);
  expect([code, Object.keys(said)]).toEqual([
    0,
    [
      'gateway.reachable',
      'clock.gateway',
      'gateway.cors',
      'gateway.401',
      'gateway.402',
      'gateway.unknown-path',
      'gateway.too-large',
    ],
  ]);
}, 60_000);
