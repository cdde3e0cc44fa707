import { Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import type { RestApiProps } from 'aws-cdk-lib/aws-apigateway';
import { Identity, type PaywallProps, SignUp } from '../../lib';
import { paidApp, TELLING } from './app';

function templateOf(props: Partial<PaywallProps> = {}, apiProps: RestApiProps = {}): Template {
  const { stack, api, paywall } = paidApp({ ...TELLING, ...props }, apiProps);
  paywall.protect(api);
  return Template.fromStack(stack);
}

let plain: Template;
let open: Template;
let closed: Template;

beforeAll(() => {
  plain = templateOf();
  open = templateOf({ signUp: SignUp.open(), keyRotationOverlap: Duration.days(30) });
  closed = templateOf({ signUp: SignUp.closed(), keyRotationOverlap: Duration.seconds(0) });
});

interface Method {
  /** `GET billing/plans` */
  readonly route: string;
  readonly properties: Record<string, unknown>;
}

/** The methods below the billing path. */
function billingMethods(template: Template): Method[] {
  const resources = template.findResources('AWS::ApiGateway::Resource');
  const pathOf = (id: string | undefined): string => {
    const { PathPart, ParentId } = resources[id ?? '']?.Properties ?? {};
    return PathPart === undefined ? '' : [pathOf(ParentId.Ref), PathPart].filter((part) => part !== '').join('/');
  };
  return Object.values(template.findResources('AWS::ApiGateway::Method'))
    .map(({ Properties: properties }) => ({
      route: `${properties.HttpMethod} ${pathOf(properties.ResourceId.Ref)}`,
      properties,
    }))
    .filter(({ route }) => / billing(\/|$)/.test(route));
}

function billingRoutes(template: Template): string[] {
  return billingMethods(template)
    .map(({ route }) => route)
    .sort();
}

function billingEnvironment(template: Template): unknown {
  const functions = template.findResources('AWS::Lambda::Function', {
    Properties: { Environment: { Variables: { PAYWALL_BILLING: Match.anyValue() } } },
  });
  const ofBilling = Object.entries(functions).filter(([id]) => id.startsWith('PaywallBilling'));
  return ofBilling
    .map(([, fn]) => fn)
    .map(({ Properties }) => JSON.parse(Properties.Environment.Variables.PAYWALL_BILLING));
}

const ROUTES = [
  'DELETE billing/keys/{keyId}',
  'DELETE billing/mcp',
  'GET billing',
  'GET billing/checkout/{token}',
  'GET billing/keys',
  'GET billing/mcp',
  'GET billing/payment-required.schema.json',
  'GET billing/plans',
  'GET billing/usage',
  'GET billing/welcome',
  'POST billing',
  'POST billing/checkout',
  'POST billing/keys',
  'POST billing/keys/{keyId}/rotate',
  'POST billing/mcp',
  'POST billing/portal',
  'POST billing/stripe/webhook',
];

test('the routes are those that are wanted: there is a sign-up where it is open', () => {
  expect(billingRoutes(plain)).toEqual(ROUTES);
  expect(billingRoutes(closed)).toEqual(ROUTES);
  expect(billingRoutes(open)).toEqual([...ROUTES, 'POST billing/sign-up'].sort());
});

describe('where callers are known by tokens alone', () => {
  const issuer = 'https://idp.example.com/';
  const byTokens = () => Identity.jwt({ issuer, audience: ['api'] });

  test('nobody signs up for a key, or keeps one: these routes are not there', () => {
    const tokens = templateOf({ identities: [byTokens()] });
    expect(billingRoutes(tokens)).toEqual(ROUTES.filter((route) => !route.includes('/keys')));
    expect(billingEnvironment(tokens)).toMatchObject([{ signUp: { kind: 'byToken' } }]);
  });

  test('they are there beside tokens', () => {
    expect(billingRoutes(templateOf({ identities: [byTokens(), Identity.apiKeys()] }))).toEqual(ROUTES);
  });

  test.each<[string, Partial<PaywallProps>]>([
    ['signUp', { signUp: SignUp.open() }],
    ['keyRotationOverlap', { keyRotationOverlap: Duration.hours(1) }],
  ])('`%s` is refused', (name, props) => {
    expect(() => paidApp({ ...props, identities: [byTokens()] })).toThrow(
      `\`${name}\` is about API keys, and must be left out where \`identities\` have no Identity.apiKeys(), got: ["${issuer}"]`,
    );
  });
});

test('the handler is told how customers come, and how long rotated keys go on', () => {
  const unauthorized = {
    detail: 'Send a valid API key as x-api-key, or as Authorization: Bearer.',
    challenge: 'Bearer realm="api"',
  };
  const told = (signUp: object, rotationOverlap: number) => [{ signUp, unauthorized, rotationOverlap }];
  expect(billingEnvironment(plain)).toEqual(told({ kind: 'checkout' }, 86_400));
  expect(billingEnvironment(open)).toEqual(told({ kind: 'open', perHour: 5 }, 2_592_000));
  expect(billingEnvironment(closed)).toEqual(told({ kind: 'closed' }, 0));
});

test('API Gateway may call the handler for the billing routes of that API, in one statement', () => {
  const permissions = Object.values(plain.findResources('AWS::Lambda::Permission')).filter(({ Properties }) =>
    JSON.stringify(Properties.FunctionName).includes('PaywallBillingHandler'),
  );
  expect(permissions).toHaveLength(1);
  expect(permissions[0]?.Properties).toMatchObject({
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
    SourceArn: { 'Fn::Join': ['', [expect.anything(), ...Array(7).fill(expect.anything()), '/*/*/billing*']] },
  });
});

test('no billing route is protected, nor asks for a key of API Gateway’s', () => {
  for (const { properties } of billingMethods(plain)) {
    expect(properties).toMatchObject({ AuthorizationType: 'NONE', ApiKeyRequired: false });
  }
});

test('pages of other origins may send their claim to the billing routes, beside what they may send anyway', () => {
  const template = templateOf({}, { defaultCorsPreflightOptions: { allowOrigins: ['https://app.example'] } });
  const routes = billingMethods(template).filter(({ route }) => route.startsWith('OPTIONS '));
  const preflights = routes.filter(({ route }) => !/(payment-required\.schema\.json|\/mcp)$/.test(route));
  expect(preflights).toHaveLength(12);
  for (const { properties } of preflights) {
    expect(JSON.stringify(properties)).toContain(
      "Authorization,X-Api-Key,X-Amz-Security-Token,X-Amz-User-Agent,X-Checkout-Claim'",
    );
  }
  const all = template.findResources('AWS::ApiGateway::Method', { Properties: { HttpMethod: 'OPTIONS' } });
  const admitting = Object.values(all).filter((method) => JSON.stringify(method).includes('X-Checkout-Claim'));
  expect(admitting).toHaveLength(preflights.length);
});
