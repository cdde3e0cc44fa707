import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Cors, LambdaIntegration, MethodLoggingLevel, MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { Payments, Paywall, Plan, Price, Quota, TopUp } from '../../lib';

/** A weather forecast that is paid for: a free plan, a paid one, and a top-up. */
export class WeatherStack extends Stack {
  public readonly paywall: Paywall;
  public readonly api: RestApi;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.api = this.weatherApi();
    this.paywall = new Paywall(this, 'Paywall', {
      plans: [
        Plan.free('free', { quota: Quota.perMonth(50), throttle: { rateLimit: 50, burstLimit: 100 } }),
        Plan.paid('pro', {
          quota: Quota.perMonth(10_000),
          throttle: { rateLimit: 200, burstLimit: 400 },
          price: Price.monthly(2900, 'usd'),
        }),
      ],
      topUps: [TopUp.pack('1k', { units: 1_000, price: Price.once(500, 'usd') })],
      payments: Payments.stripe({ secretKey: Secret.fromSecretNameV2(this, 'Stripe', 'stripe/secret-key') }),
    });
    this.paywall.protect(this.api, { costs: { 'POST /search': 5 }, open: ['GET /health'] });
    this.paywall.alarms();
    this.paywall.dashboard();
  }

  private weatherApi(): RestApi {
    const api = new RestApi(this, 'Api', {
      restApiName: 'weather',
      // The paywall sets the role, and the access log.
      cloudWatchRole: false,
      defaultCorsPreflightOptions: { allowOrigins: Cors.ALL_ORIGINS, allowHeaders: ['Content-Type', 'X-Api-Key'] },
      deployOptions: { loggingLevel: MethodLoggingLevel.ERROR },
    });
    const backend = new LambdaFunction(this, 'Backend', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromAsset(join(__dirname, 'backend')),
    });
    const integration = new LambdaIntegration(backend);
    api.root.addResource('forecast').addResource('{city}').addMethod('GET', integration);
    api.root.addResource('search').addMethod('POST', integration);
    api.root.addResource('health').addMethod('GET', health(), { methodResponses: [{ statusCode: '200' }] });
    return api;
  }
}

/** Answered by API Gateway itself. */
function health(): MockIntegration {
  return new MockIntegration({
    requestTemplates: { 'application/json': '{"statusCode": 200}' },
    integrationResponses: [{ statusCode: '200', responseTemplates: { 'application/json': '{"status": "ok"}' } }],
  });
}
