import { Lazy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Identity, Plan, Quota, TokenUse } from '../../lib';
import { paidApp, TELLING } from './app';

const ISSUER = 'https://idp.example.com/';

/** What the functions are told that know callers, as it is deployed. */
function rendered(identities: (stack: Stack) => Identity[] | undefined): Record<string, unknown> {
  const { stack, api, paywall } = paidApp((scope) => ({ ...TELLING, identities: identities(scope) }));
  paywall.protect(api);
  const functions = Template.fromStack(stack).findResources('AWS::Lambda::Function', {
    Properties: { Environment: { Variables: { PAYWALL_IDENTITIES: Match.anyValue() } } },
  });
  return Object.fromEntries(
    Object.entries(functions).map(([id, { Properties }]) => {
      const value = Properties.Environment.Variables.PAYWALL_IDENTITIES;
      return [id.replace(/Handler\w+$/, ''), value['Fn::Join'] ?? JSON.parse(value)];
    }),
  );
}

describe('the functions that know callers', () => {
  test.each([[undefined], [[Identity.apiKeys()]]])('are told nothing where that is by keys alone', (identities) => {
    expect(rendered(() => identities)).toEqual({});
  });

  test('are told of keys that were made elsewhere where those are accepted', () => {
    const told = rendered(() => [Identity.apiKeys({ imported: true })]);
    const expected = ['apiKeys', 'importedKeys'];
    expect(told).toEqual({
      PaywallAuthorizer: expected,
      PaywallBilling: expected,
      PaywallMcp: expected,
      PaywallOperations: expected,
    });
    expect(rendered(() => [Identity.apiKeys({ imported: false })])).toEqual({});
  });

  test('are told the same, in the order of the prop', () => {
    const expected = [
      { issuer: ISSUER, audience: ['api', 'other'], jwksUri: 'https://keys.example.com/', planClaim: 'plan' },
      'apiKeys',
      { issuer: 'http://127.0.0.1:9000', audience: ['api'], customerClaim: 'tenant' },
    ];
    const told = rendered(() => [
      Identity.jwt({
        issuer: ISSUER,
        audience: ['api', 'other'],
        jwksUri: 'https://keys.example.com/',
        planClaim: 'plan',
      }),
      Identity.apiKeys(),
      Identity.jwt({ issuer: 'http://127.0.0.1:9000', audience: ['api'], customerClaim: 'tenant' }),
    ]);
    expect(told).toEqual({
      PaywallAuthorizer: expected,
      PaywallBilling: expected,
      PaywallMcp: expected,
      PaywallOperations: expected,
    });
  });

  test('are told the ids of a pool and its clients as they are deployed', () => {
    let ids: unknown;
    const told = rendered((stack) => {
      const pool = new UserPool(stack, 'Pool');
      const client = pool.addClient('Client');
      ids = stack.resolve([pool.userPoolId, client.userPoolClientId]);
      return [Identity.cognito(pool, { clients: [client], planClaim: 'custom:plan' })];
    });
    const [pool, client] = ids as unknown[];
    const joined = [
      '[{"userPool":"',
      pool,
      '","clients":["',
      client,
      '"],"tokenUse":"access","planClaim":"custom:plan"}]',
    ];
    expect(told.PaywallAuthorizer).toEqual(['', joined]);
    expect(told.PaywallBilling).toEqual(['', joined]);
  });

  test('are told of a pool that exists by its id, and of its identity tokens where those are wanted', () => {
    const told = rendered((stack) => [
      Identity.cognito(UserPool.fromUserPoolId(stack, 'Pool', 'eu-west-1_abc'), { tokenUse: TokenUse.ID }),
    ]);
    expect(told.PaywallAuthorizer).toEqual([{ userPool: 'eu-west-1_abc', tokenUse: 'id' }]);
  });
});

describe('a 401 says what is accepted, in its text and in its challenges', () => {
  function refusal(identities: (stack: Stack) => Identity[] | undefined): unknown {
    const { stack, api, paywall } = paidApp((scope) => ({ ...TELLING, identities: identities(scope) }));
    paywall.protect(api);
    const responses = Template.fromStack(stack).findResources('AWS::ApiGateway::GatewayResponse', {
      Properties: { ResponseType: 'UNAUTHORIZED' },
    });
    const [{ Properties } = { Properties: {} }] = Object.values(responses);
    const challenge = Properties.ResponseParameters['gatewayresponse.header.WWW-Authenticate'];
    const body = Properties.ResponseTemplates['application/json'];
    return { detail: typeof body === 'string' ? JSON.parse(body).detail : body, challenge };
  }

  test('keys', () => {
    expect(refusal(() => undefined)).toEqual({
      detail: 'Send a valid API key as x-api-key, or as Authorization: Bearer.',
      challenge: `'Bearer realm="api"'`,
    });
  });

  test('tokens, of a user pool that exists', () => {
    const pool = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc';
    const ofPool = (tokenUse?: TokenUse) =>
      refusal((stack) => [Identity.cognito(UserPool.fromUserPoolId(stack, 'Pool', 'eu-west-1_abc'), { tokenUse })]);
    const challenge = `'Bearer realm="api", issuer="${pool}"'`;
    expect(ofPool()).toEqual({ detail: `Send a valid access token of ${pool} as Authorization: Bearer.`, challenge });
    expect(ofPool(TokenUse.ID)).toMatchObject({
      detail: `Send a valid ID token of ${pool} as Authorization: Bearer.`,
    });
  });

  test('keys and tokens', () => {
    const audience = ['api'];
    const other = 'https://other.example';
    expect(
      refusal(() => [
        Identity.jwt({ issuer: ISSUER, audience }),
        Identity.apiKeys(),
        Identity.jwt({ issuer: other, audience }),
      ]),
    ).toEqual({
      detail:
        'Send a valid API key as x-api-key, or as Authorization: Bearer; ' +
        `or a valid token of ${ISSUER} as Authorization: Bearer; or a valid token of ${other} as Authorization: Bearer.`,
      challenge: `'Bearer realm="api", Bearer realm="api", issuer="${ISSUER}", Bearer realm="api", issuer="${other}"'`,
    });
  });

  test('tokens of a pool of the same app, whose issuer is known when it is deployed', () => {
    const { challenge } = refusal((stack) => [Identity.cognito(new UserPool(stack, 'Pool'))]) as { challenge: unknown };
    const pool = { Ref: expect.stringMatching(/^Pool/) };
    const region = { 'Fn::Select': [0, { 'Fn::Split': ['_', pool] }] };
    const parts = [`'Bearer realm="api", issuer="https://cognito-idp.`, region, '.amazonaws.com/', pool, `"'`];
    expect(challenge).toEqual({ 'Fn::Join': ['', parts] });
  });
});

describe('a refused prop is named, and its value quoted', () => {
  const stack = new Stack();
  const pool = new UserPool(stack, 'Pool');
  const known = UserPool.fromUserPoolId(stack, 'Known', 'eu-west-1_abc');
  const jwt = (issuer: string, planClaim?: string) => Identity.jwt({ issuer, audience: ['api'], planClaim });

  test.each<[string, () => unknown, string]>([
    [
      'no identity',
      () => paidApp({ identities: [] }),
      '`identities` must hold at least one way by which callers are known, got: []',
    ],
    [
      'one issuer twice',
      () => paidApp({ identities: [jwt(ISSUER), Identity.apiKeys(), jwt(ISSUER)] }),
      '`identities` must have distinct issuers, got twice: "https://idp.example.com/"',
    ],
    ['keys twice', () => paidApp({ identities: [Identity.apiKeys(), Identity.apiKeys()] }), 'got twice: "apiKeys"'],
    [
      'one pool twice',
      () => paidApp({ identities: [Identity.cognito(pool), Identity.cognito(pool)] }),
      'got twice: "Default/Pool"',
    ],
    [
      'a pool and its issuer',
      () =>
        paidApp({
          identities: [Identity.cognito(known), jwt('https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc')],
        }),
      'got twice: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc"',
    ],
    [
      'a plan claim with one plan',
      () => paidApp({ identities: [jwt(ISSUER, 'plan')], plans: [Plan.free('free', { quota: Quota.perMonth(1) })] }),
      '`identities` must claim plans ("plan") where there are several, got only: ["free"]',
    ],
    [
      'plain http',
      () => jwt('http://idp.example.com'),
      '`Identity.jwt: issuer` must be an https URL, or an http URL of the loopback (localhost), got: "http://idp.example.com"',
    ],
    ['no URL', () => jwt('idp.example.com'), 'got: "idp.example.com"'],
    ['no issuer', () => jwt(''), 'got: ""'],
    ['quotation marks', () => jwt('https://idp.example.com/"'), 'got: "https://idp.example.com/\\""'],
    [
      'a host that begins as the loopback',
      () => jwt('http://127.0.0.1.example.com'),
      'got: "http://127.0.0.1.example.com"',
    ],
    [
      'keys by plain http',
      () => Identity.jwt({ issuer: ISSUER, audience: ['api'], jwksUri: 'http://idp.example.com/keys' }),
      '`Identity.jwt: jwksUri` must be an https URL',
    ],
    [
      'no audience',
      () => Identity.jwt({ issuer: ISSUER, audience: [] }),
      '`Identity.jwt: audience` must hold at least one name of this API, got: []',
    ],
    [
      'an empty audience',
      () => Identity.jwt({ issuer: ISSUER, audience: ['api', ' '] }),
      '`Identity.jwt: audience` must be 1 to 500 characters, got: " "',
    ],
    [
      'an empty claim',
      () => Identity.jwt({ issuer: ISSUER, audience: ['api'], customerClaim: '' }),
      '`Identity.jwt: customerClaim` must be 1 to 200 characters, got: ""',
    ],
    [
      'an empty claim of a pool',
      () => Identity.cognito(pool, { planClaim: ' ' }),
      '`Identity.cognito: planClaim` must be 1 to 200 characters, got: " "',
    ],
    [
      'no client',
      () => Identity.cognito(pool, { clients: [] }),
      '`Identity.cognito: clients` must hold at least one app client, or be left out, got: []',
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test('what does not fit a function’s environment', () => {
    const audience = Array.from({ length: 40 }, (_, index) => `${'api'.repeat(30)}-${index}`);
    const app = paidApp({ identities: [Identity.jwt({ issuer: ISSUER, audience })] });
    app.paywall.protect(app.api);
    expect(app.paywall.node.validate().join()).toMatch(/`identities` must fit a function's environment of 4096 bytes/);
  });
});

test.each([
  'http://localhost:8080/realms/a',
  'http://127.0.0.1',
  'http://[::1]:80',
  Lazy.string({ produce: () => 'x' }),
])('an issuer of %s is taken', (issuer) => {
  expect(() => Identity.jwt({ issuer, audience: ['api'] })).not.toThrow();
});
