import { type App, Stack } from 'aws-cdk-lib';
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Payments, Paywall, Plan, Price, Quota, StripeEvents } from '../../lib';

const eventSourceName = 'aws.partner/stripe.com/ed_test_61Weather';

/** An API whose payments come by EventBridge, with alarms. */
export function eventBridgeApp(app: App): void {
  const stack = new Stack(app, 'Paid');
  const api = new RestApi(stack, 'Api', { cloudWatchRole: false });
  const backend = new LambdaFunction(stack, 'Backend', {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({ statusCode: 200, body: "{}" });'),
  });
  api.root.addResource('items').addMethod('GET', new LambdaIntegration(backend));
  const paywall = new Paywall(stack, 'Paywall', {
    plans: [
      Plan.free('free', { quota: Quota.perMonth(3) }),
      Plan.paid('pro', { quota: Quota.perMonth(1_000), price: Price.monthly(2900, 'usd') }),
    ],
    payments: Payments.stripe({
      secretKey: Secret.fromSecretNameV2(stack, 'Stripe', 'stripe/secret-key'),
      events: StripeEvents.eventBridge({ eventSourceName }),
    }),
  });
  paywall.protect(api);
  paywall.alarms({ topic: new Topic(stack, 'Operators') });
}
