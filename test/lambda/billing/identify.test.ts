import type { APIGatewayProxyEvent } from 'aws-lambda';
import { identify } from '../../../lambda/billing/identify';
import type { BillingDependencies } from '../../../lambda/billing/request';
import { route } from '../../../lambda/billing/routes';
import type { Balance } from '../../../lambda/domain/balance';
import { type Caller, type Identity, IssuerUnavailableError } from '../../../lambda/domain/identity';
import { takeLogLines } from '../../support/log-lines';
import { balance, CATALOGUE, NOW } from '../fixtures';

const api = { apiId: 'api1', costs: {}, routePlans: {}, billingPath: 'billing', corsOrigins: [] };

let balances: Map<string, Balance>;

function dependenciesOf(identity: Identity): BillingDependencies {
  const store = {
    balance: async (id: string) => balances.get(id),
    create: async (id: string, opening: Parameters<BillingDependencies['store']['create']>[1]) => {
      balances.set(id, balances.get(id) ?? { ...opening, keys: {}, keyExpiries: {}, surrogateKeys: [] });
    },
  };
  return {
    store,
    catalogue: CATALOGUE,
    apis: new Map([['api1', api]]),
    clock: () => NOW,
    newLinkSecret: () => new Uint8Array(16).fill(4),
    identities: [identity],
  } as unknown as BillingDependencies;
}

const event = {
  httpMethod: 'GET',
  resource: '/billing/usage',
  headers: { Authorization: 'Bearer a.b.c' },
  requestContext: { apiId: 'api1', requestId: 'request-1', domainName: 'api.example.com', path: '/prod/billing/usage' },
} as unknown as APIGatewayProxyEvent;

function knownAs(caller: Caller | 'refused') {
  const request = { event, requestId: 'request-1', api, billingUrl: 'https://api.example.com/billing' };
  return identify(request, dependenciesOf({ recognise: () => caller }));
}

const token: Caller = { customer: 'c1', credential: 'token' };
const claim = { plan: 'pro', issuedAt: NOW, defaultPlan: 'free' };

beforeEach(() => {
  balances = new Map();
});

test('whoever a token names is a customer from his first request on, with a link that can be paid by', async () => {
  expect(await knownAs(token)).toMatchObject({ customer: 'c1', balance: { plan: 'free', remaining: 50 } });
  expect(balances.get('c1')).toMatchObject({ plan: 'free', remaining: 50, linkSecret: new Uint8Array(16).fill(4) });
});

test('a newcomer is on the plan that his token claims', async () => {
  expect(await knownAs({ ...token, claim })).toMatchObject({ balance: { plan: 'pro', remaining: 1_000 } });
});

test('a claim that the next call will bring is shown, and not written', async () => {
  balances.set('c1', balance({ remaining: 30 }));
  expect(await knownAs({ ...token, claim })).toMatchObject({ balance: { plan: 'pro', remaining: 980 } });
  expect(balances.get('c1')).toEqual(balance({ remaining: 30 }));
});

test('a key of nobody makes nobody', async () => {
  const credential = { keyId: 'key001', keyHash: new Uint8Array(32) };
  expect(await knownAs({ customer: 'c1', credential })).toBeUndefined();
  expect(await knownAs('refused')).toBeUndefined();
  expect(balances.size).toBe(0);
});

test('an issuer that is away is 503, and no fault of the caller', async () => {
  takeLogLines();
  const away: Identity = { recognise: () => Promise.reject(new IssuerUnavailableError('timed out')) };
  const { statusCode, headers, body } = await route(event, dependenciesOf(away));
  expect([statusCode, headers?.['Retry-After']]).toEqual([503, '2']);
  expect(body).not.toContain('timed out');
  jest.restoreAllMocks();
});
