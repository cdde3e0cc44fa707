import { join } from 'node:path';
import { Duration, Stack } from 'aws-cdk-lib';
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { Cost, Payments, Paywall, Plan, Price, Quota, SignUp, TopUp } from '../../lib';
import { BULK, PACKS, QUOTA, ROUTES, TRIAL } from './terms';

/** Faster than the soak can be: a throttle would only hide what it looks for. */
const THROTTLE = { rateLimit: 5_000, burstLimit: 5_000 };

/** An API of which every kind of call costs something, with a trial that never comes back, a subscription, and packs. */
export class SoakStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const api = new RestApi(this, 'Api', { cloudWatchRole: false });
    const backend = new LambdaFunction(this, 'Backend', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromAsset(join(__dirname, 'backend')),
      // It waits for what takes its report, however busy the machine is.
      timeout: Duration.seconds(29),
    });
    const routes = [...ROUTES, BULK];
    for (const { path } of routes) {
      api.root.addResource(path).addMethod('POST', new LambdaIntegration(backend));
    }
    const paywall = new Paywall(this, 'Paywall', {
      plans: [
        Plan.free('trial', { quota: Quota.oneTime(TRIAL), throttle: THROTTLE }),
        Plan.paid('pro', {
          quota: Quota.perBillingPeriod(QUOTA),
          price: Price.monthly(2900, 'usd'),
          throttle: THROTTLE,
        }),
      ],
      topUps: Object.entries(PACKS).map(([name, { units, price }]) =>
        TopUp.pack(name, { units, price: Price.once(price, 'usd') }),
      ),
      signUp: SignUp.open({ perHour: 1_000_000 }),
      payments: Payments.stripe({ secretKey: Secret.fromSecretNameV2(this, 'Stripe', 'stripe/secret-key') }),
    });
    paywall.protect(api, {
      costs: Object.fromEntries(
        routes.map(({ path, cost, isReported }) => [
          `POST /${path}`,
          isReported ? Cost.reported({ estimate: cost }) : cost,
        ]),
      ),
    });
  }
}
