import { paymentAuthorization, paymentChallenges, paymentReceipt } from '../../../lambda/domain/mcp-payment';

const REQUEST = { amount: '500', currency: 'usd', methodDetails: { networkId: 'profile_1' } };
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const CHALLENGE = `Payment id="c1", realm="api", method="stripe", intent="charge", request="${base64url(REQUEST)}", header="Payment-Authorization"`;

test('the challenges of the Payment scheme are read, and others are left', () => {
  expect(
    paymentChallenges(`Bearer realm="a, Payment b", ${CHALLENGE}, Basic, Payment id=c2, request=${base64url({})}`),
  ).toEqual([
    { id: 'c1', realm: 'api', method: 'stripe', intent: 'charge', header: 'Payment-Authorization', request: REQUEST },
    { id: 'c2', request: {} },
  ]);
});

test.each([
  undefined,
  '',
  'Bearer realm="api"',
  'Payment id="c1"',
  'Payment request="e30"',
  'Payment id="x", request="!"',
  '"',
  'Payment "',
])('there is none in %j', (header) => {
  expect(paymentChallenges(header)).toEqual([]);
});

test('an escaped quotation mark ends nothing', () => {
  const [challenge] = paymentChallenges(`Payment id="a\\"b", description="x, y", request="${base64url({})}"`);
  expect(challenge).toEqual({ id: 'a"b', description: 'x, y', request: {} });
});

test('a credential becomes the header that it would have been over HTTP, its request as the challenge had it', () => {
  const credential = { payload: { spt: 'spt_1' }, challenge: { request: REQUEST, id: 'c1' } };
  const header = paymentAuthorization(credential) ?? '';
  const said = JSON.parse(Buffer.from(header.replace('Payment ', ''), 'base64url').toString());
  expect(said).toEqual({ challenge: { id: 'c1', request: base64url(REQUEST) }, payload: { spt: 'spt_1' } });
});

test.each([undefined, 'text', null, [], {}, { challenge: 'x' }])('%j is no credential', (value) => {
  expect(paymentAuthorization(value)).toBeUndefined();
});

test('a receipt is read, and what is none is not', () => {
  expect(paymentReceipt(base64url({ status: 'success' }))).toEqual({ status: 'success' });
  expect(paymentReceipt('!')).toBeUndefined();
  expect(paymentReceipt(undefined)).toBeUndefined();
});
