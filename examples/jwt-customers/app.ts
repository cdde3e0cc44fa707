import { App, Stack } from 'aws-cdk-lib';
import { MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Identity, Payments, Paywall, Plan, Price, Quota } from 'cdk-paywall';

const stack = new Stack(new App(), 'JwtCustomers');

const api = new RestApi(stack, 'Api');
const reports = new MockIntegration({
  requestTemplates: { 'application/json': '{"statusCode": 200}' },
  integrationResponses: [{ statusCode: '200', responseTemplates: { 'application/json': '{"rows": []}' } }],
});
api.root.addResource('reports').addMethod('GET', reports, { methodResponses: [{ statusCode: '200' }] });

// Customers are those who sign in elsewhere: a tenant is one customer, whoever of it calls. There are no keys to sign up for, or to keep.
const paywall = new Paywall(stack, 'Paywall', {
  identities: [
    Identity.jwt({
      issuer: process.env.ISSUER ?? 'https://idp.example.com/',
      audience: ['reports'],
      customerClaim: 'tenant',
    }),
  ],
  plans: [
    Plan.free('trial', { quota: Quota.oneTime(25) }),
    Plan.paid('team', { quota: Quota.perBillingPeriod(20_000), price: Price.monthly(4900, 'usd') }),
  ],
  payments: Payments.stripe({ secretKey: Secret.fromSecretNameV2(stack, 'Stripe', 'stripe/secret-key') }),
});
paywall.protect(api);
