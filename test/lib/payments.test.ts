import { Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Clawback, Payments, type PaywallProps, Plan, Price, Quota } from '../../lib';
import { HANDLED_EVENTS } from '../../lib/private/stripe-events';
import { paidApp, topUp } from './app';

const quota = Quota.perMonth(100);

function templateOf(props: Parameters<typeof paidApp>[0] = {}): Template {
  const { stack, api, paywall } = paidApp(props);
  paywall.protect(api);
  return Template.fromStack(stack);
}

function catalogueOf(template: Template): string {
  const [resource] = Object.values(template.findResources('Custom::StripeCatalogue'));
  return JSON.stringify(resource?.Properties.Catalogue);
}

function environmentOf(template: Template, description: RegExp): Record<string, unknown> {
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  return functions.find(({ Properties }) => description.test(Properties.Description))?.Properties.Environment.Variables;
}

describe('what is made at Stripe', () => {
  test('is what is sold by amount, and an endpoint for the events that matter at the first API', () => {
    const { stack, api, paywall } = paidApp({ topUps: [topUp()] });
    const other = new RestApi(stack, 'Other', { cloudWatchRole: false });
    other.root.addMethod('GET');
    paywall.protect(api);
    paywall.protect(other);
    const catalogue = catalogueOf(Template.fromStack(stack));
    expect(catalogue).toContain('\\"kind\\":\\"plan\\",\\"id\\":\\"pro\\"');
    expect(catalogue).toContain('\\"kind\\":\\"topUp\\",\\"id\\":\\"1k\\"');
    expect(catalogue).not.toContain('\\"id\\":\\"free\\"');
    expect(catalogue).toMatch(/webhookUrl.*Api.*billing\/stripe\/webhook/);
    expect(catalogue).not.toContain('Other');
    for (const type of HANDLED_EVENTS) {
      expect(catalogue).toContain(type);
    }
  });

  test('is no price that was made by hand', () => {
    const plans = [Plan.free('free', { quota }), Plan.paid('pro', { quota, price: Price.fromStripe('price_1') })];
    expect(catalogueOf(templateOf({ plans }))).toContain('\\"items\\":[]');
  });

  test('is no endpoint where its secret is given, and then the secret is not written', () => {
    const template = templateOf((stack) => ({
      payments: Payments.stripe({
        secretKey: Secret.fromSecretNameV2(stack, 'Key', 'stripe/secret-key'),
        webhookSecret: Secret.fromSecretNameV2(stack, 'Hook', 'stripe/webhook-secret'),
      }),
    }));
    expect(catalogueOf(template)).not.toContain('webhookUrl');
    expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).not.toContain('PutSecretValue');
  });

  test('holds no secret', () => {
    const template = templateOf();
    expect(JSON.stringify(template.toJSON())).not.toMatch(
      /resolve:secretsmanager|whsec_[A-Za-z0-9]{4}|sk_(test|live)_/,
    );
  });
});

describe('payments', () => {
  test.each<[string, Partial<PaywallProps>, string, string | RegExp]>([
    ['take bought units back by default', {}, 'PAYWALL_CATALOGUE', /clawback\\?":true/],
    ['or leave them', { clawback: Clawback.none() }, 'PAYWALL_CATALOGUE', /clawback\\?":false/],
    ['are marked with the paywall', { paywallId: 'Shop-1' }, 'PAYWALL_ID', 'Shop-1'],
  ])('%s', (_, props, name, expected) => {
    const value = environmentOf(templateOf(props), /Carries out what/)[name];
    expect(typeof value === 'string' ? value : JSON.stringify(value)).toMatch(expected);
  });

  test('the billing routes open Checkout as it is wanted', () => {
    const template = templateOf((stack) => ({
      payments: Payments.stripe({
        secretKey: Secret.fromSecretNameV2(stack, 'Key', 'stripe/secret-key'),
        promotionCodes: true,
        automaticTax: true,
      }),
    }));
    expect(environmentOf(template, /Plans, checkout/).PAYWALL_CHECKOUT).toBe(
      '{"promotionCodes":true,"automaticTax":true}',
    );
    template.hasResourceProperties('AWS::ApiGateway::Resource', { PathPart: 'portal' });
  });

  test('a plan has a trial of whole days', () => {
    const trialOf = (days: number) =>
      Plan.paid('pro', { quota, price: Price.monthly(1, 'usd'), trial: Duration.days(days) });
    expect(
      JSON.stringify(environmentOf(templateOf({ plans: [Plan.free('free', { quota }), trialOf(14)] }), /Plans/)),
    ).toContain('trialDays\\":14');
    expect(() => trialOf(731)).toThrow('`Plan "pro": trial (days)` must be an integer between 1 and 730, got: 731');
    expect(() => Plan.paid('pro', { quota, price: Price.monthly(1, 'usd'), trial: Duration.hours(30) })).toThrow(
      'got: 1.25',
    );
  });

  test.each([
    [undefined, 'rate(15 minutes)'],
    [Duration.hours(1), 'rate(1 hour)'],
  ])('events that no webhook has brought are listed every %s', (reconcile, expected) => {
    const template = templateOf((stack) => ({
      payments: Payments.stripe({ secretKey: Secret.fromSecretNameV2(stack, 'Key', 'stripe/secret-key'), reconcile }),
    }));
    template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: expected, State: 'ENABLED' });
  });

  test('what fails without anybody waiting for it is kept for the operator', () => {
    templateOf().hasResourceProperties('AWS::Lambda::Function', {
      Description: Match.stringLikeRegexp('Carries out what'),
      DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('PaymentsDeadLetters'), 'Arn'] } },
    });
  });
});
