import { withPaymentHeaders } from '../../backend';

const LEFT = { rateLimit: '"month";r=42;t=86400', rateLimitPolicy: '"month";q=50;w=2592000' };

function event(authorizer: Record<string, unknown> | null = LEFT) {
  return { requestContext: { authorizer } };
}

test('an answer tells what is left, and what was paid with the call', () => {
  const answer = { statusCode: 200, headers: { 'Content-Type': 'text/plain' }, body: 'hello' };
  const told = withPaymentHeaders(event({ ...LEFT, paymentReceipt: 'receipt', remaining: 42 }), answer);
  expect(told).toEqual({
    statusCode: 200,
    headers: {
      RateLimit: LEFT.rateLimit,
      'RateLimit-Policy': LEFT.rateLimitPolicy,
      'Payment-Receipt': 'receipt',
      'Content-Type': 'text/plain',
    },
    body: 'hello',
  });
  expect(answer.headers).toEqual({ 'Content-Type': 'text/plain' });
});

test('headers that the answer has already stay as they are, whatever case they are in', () => {
  const answer = { headers: { ratelimit: 'own' }, multiValueHeaders: { 'RATELIMIT-POLICY': ['a', 'b'] } };
  expect(withPaymentHeaders(event(), answer)).toEqual(answer);
});

test.each([
  ['a plan without a limit', event({ plan: 'pro' })],
  ['an open route', event(null)],
  ['a method without an authorizer', { requestContext: {} }],
])('there is nothing to tell of %s', (_, call) => {
  const answer = { statusCode: 200, body: '' };
  expect(withPaymentHeaders(call, answer)).toBe(answer);
});

test('an answer of 5xx tells nothing, as its units are given back', () => {
  const answer = { statusCode: 503, body: '' };
  expect(withPaymentHeaders(event(), answer)).toBe(answer);
});
