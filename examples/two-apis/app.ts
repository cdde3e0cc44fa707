import { App, Stack } from 'aws-cdk-lib';
import { MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Payments, Paywall, Plan, Price, Quota, TopUp } from 'cdk-paywall';

const stack = new Stack(new App(), 'TwoApis');

const maps = new RestApi(stack, 'Maps');
maps.root.addResource('tiles').addMethod('GET', answer('{"tile": 1}'), { methodResponses: [{ statusCode: '200' }] });

const routes = new RestApi(stack, 'Routes');
routes.root.addResource('route').addMethod('GET', answer('{"km": 7}'), { methodResponses: [{ statusCode: '200' }] });

// One key opens both, and both are paid from one balance. What was bought in front of one serves for the other.
const paywall = new Paywall(stack, 'Paywall', {
  plans: [
    Plan.free('free', { quota: Quota.perMonth(60) }),
    Plan.paid('pro', { quota: Quota.perMonth(100_000), price: Price.monthly(3900, 'usd') }),
  ],
  topUps: [TopUp.pack('10k', { units: 10_000, price: Price.once(900, 'usd') })],
  payments: Payments.stripe({ secretKey: Secret.fromSecretNameV2(stack, 'Stripe', 'stripe/secret-key') }),
});
paywall.protect(maps);
paywall.protect(routes, { costs: { 'GET /route': 10 } });

function answer(body: string): MockIntegration {
  return new MockIntegration({
    requestTemplates: { 'application/json': '{"statusCode": 200}' },
    integrationResponses: [{ statusCode: '200', responseTemplates: { 'application/json': body } }],
  });
}
