import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Paywall, Plan, Price, Quota } from '../../lib';
import { paidApp, stripe } from './app';

const quota = Quota.perMonth(10);
const throttle = { rateLimit: 5, burstLimit: 10 };
const price = Price.monthly(2900, 'usd');

function templateOf(...plans: Plan[]): Template {
  const { stack, api, paywall } = paidApp({ plans: [Plan.free('free', { quota, throttle }), ...plans] });
  paywall.protect(api);
  return Template.fromStack(stack);
}

function environmentsOf(template: Template, name: string): unknown[] {
  return Object.values(template.findResources('AWS::Lambda::Function')).flatMap(
    ({ Properties }) => Properties.Environment?.Variables?.[name] ?? [],
  );
}

test('a paid plan with a throttle gives its customers keys of their own, announced by the webhook and by operators', () => {
  const template = templateOf(Plan.paid('pro', { quota, throttle, price }));
  const [usagePlans] = environmentsOf(template, 'PAYWALL_USAGE_PLANS');
  expect(JSON.stringify(usagePlans)).toMatch(/free.*pro/);
  expect(environmentsOf(template, 'PAYWALL_ARRIVALS_QUEUE_URL')).toHaveLength(2);
  expect(JSON.stringify(environmentsOf(template, 'PAYWALL_CATALOGUE'))).toContain('ownThrottle\\":true');
});

test('arrivals wait until no lease of the plan before is left, and are seen to one at a time', () => {
  templateOf(Plan.paid('pro', { quota, throttle, price })).hasResourceProperties('AWS::SQS::Queue', {
    FifoQueue: true,
    DelaySeconds: 90,
    VisibilityTimeout: 180,
    RedrivePolicy: Match.objectLike({ maxReceiveCount: 5 }),
  });
});

test.each([
  ['without a throttle', Plan.paid('pro', { quota, price })],
  ['that says so', Plan.paid('pro', { quota, throttle, price, ownThrottle: false })],
  ['without a price', Plan.free('more', { quota, throttle })],
])('a plan %s leaves its customers in lanes, and needs no queue', (_, plan) => {
  const template = templateOf(plan);
  expect(environmentsOf(template, 'PAYWALL_USAGE_PLANS')).toEqual([]);
  expect(environmentsOf(template, 'PAYWALL_ARRIVALS_QUEUE_URL')).toEqual([]);
  template.resourcePropertiesCountIs('AWS::SQS::Queue', { FifoQueue: true }, 0);
});

test('it may make and remove keys, put them into the paywall’s usage plans, and name them on balances', () => {
  const template = templateOf(Plan.paid('pro', { quota, throttle, price }));
  const statements = Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.includes('SurrogateKeys'))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
  const ofKeys = statements.filter(({ Action }) => JSON.stringify(Action).includes('apigateway:'));
  expect(ofKeys.map(({ Action }) => Action)).toEqual([
    ['apigateway:GET', 'apigateway:POST'],
    'apigateway:DELETE',
    'apigateway:POST',
    'apigateway:GET',
  ]);
  expect(JSON.stringify(ofKeys[2]?.Resource)).toMatch(/usageplans\/.*UsagePlans.*\/keys/);
  const ofTable = statements.find(({ Action }) => JSON.stringify(Action).includes('dynamodb:'));
  expect(ofTable?.Condition['ForAllValues:StringLike']['dynamodb:Attributes']).toEqual([
    'pk',
    'sk',
    'plan',
    'surrogateKeys',
  ]);
});

test('the value of a key has room for plan and customer, however long the stack’s name', () => {
  const prefixOf = (stackName: string) => {
    const stack = new Stack(new App(), 'Stack', { stackName });
    const api = new RestApi(stack, 'Api', { cloudWatchRole: false });
    api.root.addMethod('GET');
    const paywall = new Paywall(stack, 'Paywall', { plans: [Plan.free('free', { quota })], payments: stripe(stack) });
    paywall.protect(api);
    return paywall.usagePlans.surrogateKeyPrefix;
  };
  const long = 'S'.repeat(120);
  expect(prefixOf(`${long}a`).length).toBeLessThanOrEqual(70);
  expect(prefixOf(`${long}a`)).not.toBe(prefixOf(`${long}b`));
  expect(prefixOf('Short')).toMatch(/^Short-/);
});
