import { paywallCaller } from '../../backend';

const TERMS = { customer: 'k3yX', plan: 'pro', cost: '5', remaining: '42', limit: '50', remainingUnits: '42' };

test('who calls is what the authorizer says, with numbers that are numbers', () => {
  expect(paywallCaller({ requestContext: { authorizer: TERMS } })).toEqual({
    customer: 'k3yX',
    plan: 'pro',
    cost: 5,
    remaining: 42,
    limit: 50,
  });
});

test('of a plan without a limit no number is told', () => {
  const { remaining: _, limit: __, ...unlimited } = TERMS;
  const authorizer = { ...unlimited, remainingUnits: 'unlimited' };
  expect(paywallCaller({ requestContext: { authorizer } })).toEqual({ customer: 'k3yX', plan: 'pro', cost: 5 });
});

test('headers have no say in it', () => {
  const headers = { 'x-paywall-customer': 'somebody-else', 'X-Paywall-Plan': 'enterprise' };
  const event = { headers, multiValueHeaders: {}, requestContext: { authorizer: TERMS } };
  expect(paywallCaller(event)).toMatchObject({ customer: 'k3yX', plan: 'pro' });
});

test.each([
  ['an open route', { requestContext: { authorizer: null } }],
  ['a method without an authorizer', { requestContext: {} }],
  ["another authorizer's context", { requestContext: { authorizer: { principalId: 'me', customer: 7 } } }],
])('on %s nobody is known', (_, event) => {
  expect(paywallCaller(event)).toBeUndefined();
});
