import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { LambdaRestApi } from 'aws-cdk-lib/aws-apigateway';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Payments, Paywall, Plan, Price, Quota } from 'cdk-paywall';

const stack = new Stack(new App(), 'ExistingLambdaApi');

// What was there before.
const backend = new LambdaFunction(stack, 'Backend', {
  runtime: Runtime.NODEJS_24_X,
  handler: 'index.handler',
  code: Code.fromAsset(join(__dirname, 'backend')),
});
const api = new LambdaRestApi(stack, 'Api', { handler: backend });

// What makes it a paid one. The function stays as it is.
const paywall = new Paywall(stack, 'Paywall', {
  plans: [
    Plan.free('free', { quota: Quota.perDay(20) }),
    Plan.paid('pro', { quota: Quota.perMonth(50_000), price: Price.monthly(1900, 'usd') }),
  ],
  payments: Payments.stripe({ secretKey: Secret.fromSecretNameV2(stack, 'Stripe', 'stripe/secret-key') }),
});
paywall.protect(api, { costs: { 'POST /{proxy+}': 2 } });
