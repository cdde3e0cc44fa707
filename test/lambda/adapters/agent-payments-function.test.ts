import { AgentPaymentsFunction } from '../../../lambda/adapters/agent-payments-function';
import type { PaymentOrder } from '../../../lambda/domain/agent-payment';
import {
  answering,
  hanging,
  resetting,
  type ScriptedServer,
  startScriptedServer,
  type Turn,
} from './dynamodb-lean/scripted-server';

const order: PaymentOrder = {
  customer: 'customer1',
  topUp: '1k',
  units: 1_000,
  amount: 500,
  currency: 'usd',
  challenge: 'challenge-1',
  token: 'spt_1',
};
const PAID = { outcome: 'paid', reference: 'pi_1', paidAt: '2026-11-23T12:00:00.000Z', credited: true };

let server: ScriptedServer;
let payments: AgentPaymentsFunction;
const before = { ...process.env };

async function start(...turns: Turn[]): Promise<void> {
  server = await startScriptedServer(turns);
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL_LAMBDA: server.url.href,
  });
  payments = new AgentPaymentsFunction('Stack-AgentPayments_1', { connect: 500, response: 200 });
}

afterEach(async () => {
  payments.close();
  await server.close();
  process.env = { ...before };
});

test('an order is posted to the function, signed for Lambda, and its answer is what came of it', async () => {
  const paths: (string | undefined)[] = [];
  await start((response, request) => {
    paths.push(request.url);
    answering(200, PAID)(response, request);
  });
  expect(await payments.place(order)).toEqual(PAID);
  expect(paths).toEqual(['/2015-03-31/functions/Stack-AgentPayments_1/invocations']);
  expect(JSON.parse(server.received[0]?.body ?? '')).toEqual(order);
  expect(server.received[0]?.headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/lambda\/aws4_request, SignedHeaders=content-length;content-type;host;x-amz-date, Signature=[0-9a-f]{64}$/,
  );
});

test.each([
  ['has failed', answering(200, { errorType: 'Error', errorMessage: 'Stripe is away' }), 'Stripe is away'],
  ['may not be invoked', answering(403, { Message: 'not authorized' }), 'HTTP 403'],
  ['answers with noise', answering(200, '<html>'), 'HTTP 200'],
])('a function that %s is an error', async (_, turn, words) => {
  await start(turn);
  await expect(payments.place(order)).rejects.toThrow(words);
});

test('one that does not answer in time is an error that says who', async () => {
  await start(hanging);
  await expect(payments.place(order)).rejects.toThrow(
    'the agent payments function has not answered: the response timed out',
  );
  expect(server.received).toHaveLength(1);
});

test('a connection that has died in the meantime is no error: the order is placed again, and charged once', async () => {
  await start(answering(200, PAID), resetting, answering(200, { ...PAID, credited: false }));
  await payments.place(order);
  expect(await payments.place(order)).toMatchObject({ credited: false });
  expect(server.received).toHaveLength(3);
});
