import { Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AgentPayments, Payments, PlanCatalogue, QuotaStore, type StripeOptions } from '../../lib';
import { paidApp, plans, topUp } from './app';

function paymentsOf(stack: Stack, options: Partial<StripeOptions>): Payments {
  return Payments.stripe({ secretKey: Secret.fromSecretNameV2(stack, 'Key', 'stripe/secret-key'), ...options });
}

function templateOf(options: Partial<StripeOptions> = {}): Template {
  const { stack, api, paywall } = paidApp((own) => ({ payments: paymentsOf(own, options), topUps: [topUp()] }));
  paywall.protect(api);
  return Template.fromStack(stack);
}

const [withAgents, without] = [templateOf({ networkId: 'profile_1' }), templateOf()];

function functionOf(template: Template, description: RegExp) {
  const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
  const [id, found] = functions.find(([, { Properties }]) => description.test(Properties.Description)) ?? [];
  return { id, properties: found?.Properties };
}

/** What a handler's role may do, statement by statement, without the writing of its log. */
function statementsOf(template: Template, role: RegExp): { Action: string | string[]; Resource: unknown }[] {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
  const [, policy] = policies.find(([id]) => role.test(id)) ?? [];
  return policy?.Properties.PolicyDocument.Statement.filter(
    ({ Action }: { Action: string | string[] }) => !Action.includes('logs:PutLogEvents'),
  );
}

const agentPayments = functionOf(withAgents, /agents pay for/);
const invoke = {
  Effect: 'Allow',
  Action: 'lambda:InvokeFunction',
  Resource: { 'Fn::GetAtt': [agentPayments.id, 'Arn'] },
};

test('the authorizer may invoke the function that charges, which is all that it may do beside spending', () => {
  const [spend, ...others] = statementsOf(withAgents, /Authorizer/);
  expect(spend).toMatchObject({ Action: 'dynamodb:UpdateItem' });
  expect(others).toEqual([invoke]);
  expect(JSON.stringify(statementsOf(without, /Authorizer/))).not.toContain('lambda:InvokeFunction');
});

test('it is told of it and of the profile, and waits for it; elsewhere it is as quick as it was', () => {
  const authorizer = functionOf(withAgents, /Authenticates/).properties;
  expect(authorizer.Timeout).toBe(20);
  expect(authorizer.Environment.Variables).toMatchObject({
    PAYWALL_NETWORK_ID: 'profile_1',
    PAYWALL_AGENT_PAYMENTS_FUNCTION: { Ref: agentPayments.id },
  });
  const usual = functionOf(without, /Authenticates/).properties;
  expect(usual.Timeout).toBe(5);
  expect(Object.keys(usual.Environment.Variables).join()).not.toMatch(/NETWORK_ID|AGENT_PAYMENTS/);
  expect(functionOf(without, /agents pay for/).id).toBeUndefined();
});

test('the function that charges reads Stripe’s key, writes ledger entries and the units on balances, and nothing else', () => {
  const [ledger, balances, secret, ...others] = statementsOf(withAgents, /AgentPayments/);
  const table = { 'Fn::GetAtt': ['PaywallStoreTableD984BD72', 'Arn'] };
  expect(ledger).toEqual({
    Effect: 'Allow',
    Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    Resource: table,
    Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['LEDGER#*'] } },
  });
  expect(balances).toEqual({
    Effect: 'Allow',
    Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
    Resource: table,
    Condition: {
      'ForAllValues:StringLike': {
        'dynamodb:LeadingKeys': ['CUSTOMER#*'],
        'dynamodb:Attributes': ['pk', 'sk', 'remaining', 'credits', 'owed', 'lastEntry', 'periodStart'],
      },
    },
  });
  expect(secret).toMatchObject({ Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'] });
  expect(others).toEqual([]);
});

test('nobody but the authorizer may invoke it', () => {
  const policies = JSON.stringify(withAgents.findResources('AWS::IAM::Policy'));
  expect(policies.split(JSON.stringify(invoke.Resource))).toHaveLength(2);
  for (const type of ['AWS::Lambda::Permission', 'AWS::Lambda::Url']) {
    expect(JSON.stringify(withAgents.findResources(type))).not.toContain(agentPayments.id);
  }
});

test.each(['ACCESS_DENIED', 'QUOTA_EXCEEDED'])(
  'the 402 of %s carries the headers of x402 and of the Payment scheme',
  (type) => {
    withAgents.hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseType: type,
      ResponseParameters: {
        'gatewayresponse.header.PAYMENT-REQUIRED': 'context.authorizer.paymentRequired',
        'gatewayresponse.header.WWW-Authenticate': 'context.authorizer.wwwAuthenticate',
      },
    });
  },
);

test.each<[Partial<StripeOptions>, string]>([
  [{ networkId: 'acct_1' }, '`Payments.stripe: networkId` must start with "profile_", got: "acct_1"'],
  [{ networkId: 'profile_1"' }, '`Payments.stripe: networkId` must start with "profile_", got: "profile_1\\""'],
  [
    { networkId: 'profile_1', automaticTax: true },
    '`Payments.stripe: networkId` must be left out where `automaticTax` is on, got: profile_1',
  ],
])('%j is refused', (options, message) => {
  expect(() => paymentsOf(new Stack(), options)).toThrow(message);
});

test('a profile that is known at deployment only is taken as it is', () => {
  const networkId = Token.asString({ Ref: 'NetworkId' });
  expect(paymentsOf(new Stack(), { networkId }).networkId).toBe(networkId);
});

test('nothing charges without a profile', () => {
  const stack = new Stack();
  const props = {
    catalogue: new PlanCatalogue({ plans: plans() }),
    store: new QuotaStore(stack, 'Store'),
    paywallId: 'P',
  };
  expect(() => new AgentPayments(stack, 'Agents', { ...props, payments: paymentsOf(stack, {}) })).toThrow(
    '`payments` must have a networkId for agents to pay by, got none: Default/Agents',
  );
});
