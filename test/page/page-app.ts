import { type App, Stack } from 'aws-cdk-lib';
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Payments, Paywall, Plan, Price, Quota, SignUp, TopUp } from '../../lib';

const LOGO =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Ccircle cx='16' cy='16' r='15' fill='%230a7a5c'/%3E%3Cpath d='M9 19a4 4 0 0 1 1-8 6 6 0 0 1 11 1 4 4 0 0 1 1 7z' fill='white'/%3E%3C/svg%3E";

/** A weather API of a free plan that is soon used up, with a brand of its own. */
export function pageApp(app: App): void {
  const stack = new Stack(app, 'Weather');
  const api = new RestApi(stack, 'Api', { restApiName: 'weather', cloudWatchRole: false });
  const backend = new LambdaIntegration(
    new LambdaFunction(stack, 'Backend', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline(
        "exports.handler = async ({ pathParameters }) => ({ statusCode: 200, headers: { 'Content-Type': 'application/json' }, " +
          "body: JSON.stringify({ city: pathParameters?.city, days: [{ sky: 'fair', celsius: 14 }, { sky: 'showers', celsius: 11 }] }) });",
      ),
    }),
  );
  api.root.addResource('forecast').addResource('{city}').addMethod('GET', backend);
  api.root.addResource('cities').addMethod('GET', backend);
  const paywall = new Paywall(stack, 'Paywall', {
    plans: [
      Plan.free('free', { quota: Quota.perMonth(3) }),
      Plan.paid('pro', { quota: Quota.perMonth(10_000), price: Price.monthly(2900, 'usd') }),
      Plan.paid('team', { quota: Quota.perMonth(100_000), price: Price.monthly(19_900, 'usd') }),
    ],
    topUps: [
      TopUp.pack('1k', { units: 1_000, price: Price.once(500, 'usd') }),
      TopUp.pack('10k', { units: 10_000, price: Price.once(3_900, 'usd') }),
    ],
    payments: Payments.stripe({ secretKey: Secret.fromSecretNameV2(stack, 'Stripe', 'stripe/secret-key') }),
    signUp: SignUp.open({ perHour: 100 }),
    page: {
      name: 'Fairweather',
      logoUrl: LOGO,
      accentColor: '#0a7a5c',
      links: [
        { text: 'Documentation', url: 'https://example.com/docs' },
        { text: 'Help', url: 'mailto:help@example.com' },
      ],
    },
  });
  paywall.protect(api);
}
