import { App, Stack } from 'aws-cdk-lib';
import { HttpIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Payments, Paywall, Plan, Price, Quota, TopUp } from 'cdk-paywall';

const stack = new Stack(new App(), 'TopUpOnly');

const api = new RestApi(stack, 'Api');
const upstream = process.env.UPSTREAM ?? 'https://example.com';
api.root
  .addResource('translate')
  .addMethod('POST', new HttpIntegration(`${upstream}/translate`, { httpMethod: 'POST' }));

// Nobody subscribes. Whoever signs up may try it ten times, and buys packs from there; their units do not end with a month.
const paywall = new Paywall(stack, 'Paywall', {
  plans: [Plan.free('prepaid', { quota: Quota.oneTime(10), displayName: 'Prepaid' })],
  topUps: [
    TopUp.pack('small', { units: 500, price: Price.once(500, 'eur') }),
    TopUp.pack('large', { units: 12_000, price: Price.once(9900, 'eur') }),
  ],
  payments: Payments.stripe({ secretKey: Secret.fromSecretNameV2(stack, 'Stripe', 'stripe/secret-key') }),
});
paywall.protect(api);
