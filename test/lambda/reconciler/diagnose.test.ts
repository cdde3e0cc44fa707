import Stripe from 'stripe';
import { reasonOf, type StripeFacts } from '../../../lambda/adapters/stripe-diagnosis';
import { type DiagnosisDependencies, diagnose } from '../../../lambda/reconciler/diagnose';
import { HANDLED_EVENTS } from '../../../lib/private/stripe-events';
import { NOW } from '../fixtures';

const ENDPOINT = { id: 'we_1', enabled: true, apiVersion: '1', events: [] };
const asked: string[] = [];

const stripe: StripeFacts = {
  mode: async () => 'live',
  account: async () => ({ id: 'acct_1', chargesEnabled: true, date: null }),
  endpoints: async (url) => {
    asked.push(url);
    return [ENDPOINT];
  },
  newestEvent: async () => null,
};

const dependencies: DiagnosisDependencies = {
  stripe,
  cursor: { read: async () => ({ created: NOW - 60, failing: new Map([['evt_1', {} as never]]) }) },
  deadLetters: async () => 4,
  clock: () => NOW,
};

test('the reconciler tells what it knows of Stripe, of its place, and of what waits', async () => {
  expect(await diagnose({ webhookUrl: 'https://x' }, dependencies)).toEqual({
    now: '2026-11-23T12:00:00.000Z',
    secretKey: { value: 'live' },
    account: { value: { id: 'acct_1', chargesEnabled: true, date: null } },
    endpoints: { value: [ENDPOINT] },
    apiVersion: '2026-10-28.endive',
    handledEvents: HANDLED_EVENTS,
    newestEvent: { value: null },
    cursor: { value: { created: '2026-11-23T11:59:00.000Z', failing: 1 } },
    deadLetters: { value: 4 },
  });
  expect(asked).toEqual(['https://x']);
});

test('what it cannot tell keeps nothing else from being told', async () => {
  const no = () => Promise.reject(new Error('no'));
  const facts = await diagnose(
    { webhookUrl: null },
    { ...dependencies, stripe: { ...stripe, account: no }, deadLetters: no },
  );
  expect(facts).toMatchObject({
    account: { error: 'Error: no' },
    deadLetters: { error: 'Error: no' },
    endpoints: { value: [] },
    secretKey: { value: 'live' },
  });
});

test('before the first run there is no place among the events', async () => {
  const facts = await diagnose({}, { ...dependencies, cursor: { read: async () => undefined } });
  expect(facts.cursor).toEqual({ value: null });
});

test('no reason holds a part of a key', () => {
  const error = (type: string) =>
    Stripe.errors.generateV1Error({ type, message: 'Invalid API Key provided: sk_test_****abcd' } as never);
  const authentication = new Stripe.errors.StripeAuthenticationError({
    type: 'invalid_request_error',
    message: 'sk_live_abcd',
  } as never);
  const permission = new Stripe.errors.StripePermissionError({
    type: 'invalid_request_error',
    message: 'rk_live_abcd',
  } as never);
  for (const each of [error('api_error'), authentication, permission, new Error('bad whsec_abcd\nrk_live_abcd')]) {
    expect(reasonOf(each)).not.toMatch(/abcd|\n/);
  }
  expect(reasonOf(authentication)).toBe('Stripe does not know the secret API key');
  expect(reasonOf(permission)).toMatch(/restricted one/);
});
