import { Duration, Size } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Identity, type PaywallProps } from '../../lib';
import { paidApp, TELLING } from './app';

function templateOf(props: Partial<PaywallProps> = {}, corsOrigins?: string[]): Template {
  const apiProps = corsOrigins && { defaultCorsPreflightOptions: { allowOrigins: corsOrigins } };
  const { stack, api, paywall } = paidApp({ ...TELLING, ...props }, apiProps);
  paywall.protect(api);
  return Template.fromStack(stack);
}

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: Record<string, Record<string, string[]>>;
}

/** What the role of a function may do, but for writing its logs: actions, and what they are held to. */
function grants(template: Template, role: RegExp): [string | string[], unknown][] {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) => role.test(id));
  const all = policies.flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Statement[]);
  return all
    .filter(({ Action }) => !JSON.stringify(Action).includes('logs:'))
    .map(({ Action, Condition }) => [Action, Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys']]);
}

function environment(template: Template, id: string): Record<string, unknown> {
  const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
  return functions.find(([name]) => name.startsWith(id))?.[1].Properties.Environment.Variables ?? {};
}

let plain: Template;
let full: Template;

beforeAll(() => {
  plain = templateOf();
  full = templateOf(
    {
      mcp: { exposeRoutes: true },
      resume: { lifetime: Duration.minutes(5), maxSize: Size.bytes(100) },
      identities: [Identity.apiKeys(), Identity.jwt({ issuer: 'https://idp.example.com/', audience: ['api'] })],
    },
    ['https://app.example'],
  );
});

const SECRET = [['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], undefined];

test('the MCP server reads customers and what was credited, and changes nothing', () => {
  expect(grants(plain, /^PaywallMcp/)).toEqual([
    ['dynamodb:GetItem', ['CUSTOMER#*']],
    ['dynamodb:GetItem', ['LEDGER#*']],
    SECRET,
  ]);
});

test('it makes the customers whom tokens name, with no key, and keeps requests, where that is wanted', () => {
  expect(grants(full, /^PaywallMcp/)).toEqual([
    ['dynamodb:GetItem', ['CUSTOMER#*']],
    ['dynamodb:GetItem', ['LEDGER#*']],
    ['dynamodb:UpdateItem', ['CUSTOMER#*']],
    [['dynamodb:GetItem', 'dynamodb:UpdateItem'], ['REQUEST#*']],
    SECRET,
  ]);
  const opening = JSON.stringify(full.findResources('AWS::IAM::Policy')).match(
    /"dynamodb:Attributes":\[[^\]]*linkSecret[^\]]*\]/g,
  );
  expect(opening?.some((attributes) => attributes.includes('"keys"'))).toBe(false);
});

test('the billing routes keep requests where that is wanted, and only there', () => {
  const keeping = [['dynamodb:GetItem', 'dynamodb:UpdateItem'], ['REQUEST#*']];
  expect(grants(full, /^PaywallBilling/)).toContainEqual(keeping);
  expect(grants(plain, /^PaywallBilling/)).not.toContainEqual(keeping);
});

test('the functions are told how requests are kept, and what the server offers', () => {
  expect(environment(full, 'PaywallMcp')).toMatchObject({
    PAYWALL_MCP: '{"exposeRoutes":true}',
    PAYWALL_RESUME: '{"lifetime":300,"maxBytes":100}',
  });
  expect(environment(full, 'PaywallBilling')).toMatchObject({ PAYWALL_RESUME: '{"lifetime":300,"maxBytes":100}' });
  expect(environment(plain, 'PaywallMcp')).toMatchObject({ PAYWALL_MCP: '{"exposeRoutes":false}' });
  expect(environment(plain, 'PaywallMcp')).not.toHaveProperty('PAYWALL_RESUME');
  expect(environment(templateOf({ resume: {} }), 'PaywallMcp')).toMatchObject({
    PAYWALL_RESUME: '{"lifetime":3600,"maxBytes":65536}',
  });
});

test('API Gateway may call the server for its own path alone', () => {
  const permissions = Object.values(plain.findResources('AWS::Lambda::Permission')).filter(({ Properties }) =>
    JSON.stringify(Properties.FunctionName).includes('PaywallMcpHandler'),
  );
  expect(permissions).toHaveLength(1);
  expect(JSON.stringify(permissions[0]?.Properties.SourceArn)).toContain('"/*/*/billing/mcp"');
});

test('pages of other origins may send the headers of the protocol', () => {
  const preflights = JSON.stringify(full.findResources('AWS::ApiGateway::Method'));
  expect(preflights).toContain("Mcp-Session-Id,MCP-Protocol-Version,Mcp-Method,Mcp-Name,Last-Event-ID'");
});

test('there is no server, and no path of it, where it is not enabled', () => {
  const template = templateOf({ mcp: { enabled: false } });
  template.resourcePropertiesCountIs('AWS::ApiGateway::Resource', { PathPart: 'mcp' }, 0);
  expect(grants(template, /Mcp/)).toEqual([]);
});

test.each([
  [{ lifetime: Duration.hours(25) }, '`resume.lifetime (seconds)` must be an integer between 1 and 86400, got: 90000'],
  [{ lifetime: Duration.seconds(0) }, 'got: 0'],
  [{ maxSize: Size.kibibytes(257) }, '`resume.maxSize (bytes)` must be an integer between 1 and 262144, got: 263168'],
])('what cannot be kept is refused: %j', (resume, message) => {
  expect(() => paidApp({ resume })).toThrow(message);
});
