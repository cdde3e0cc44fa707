import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { EndpointType, HttpIntegration, JsonSchemaType, MethodLoggingLevel, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import {
  CachedCost,
  CacheKey,
  ModelPrice,
  ModelProvider,
  Payments,
  Paywall,
  Plan,
  Price,
  Quota,
  RequestValidation,
  RouteCache,
  UpstreamAuth,
} from '../../lib';

/** What the demo has not: a key of the operator's, model routes, caches, keys of upstreams, and validated requests. */
export class GatewayStack extends Stack {
  public readonly paywall: Paywall;
  public readonly api: RestApi;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    this.api = new RestApi(this, 'Api', {
      cloudWatchRole: false,
      endpointTypes: [EndpointType.REGIONAL],
      deployOptions: { loggingLevel: MethodLoggingLevel.ERROR },
    });
    const upstream = new HttpIntegration('https://upstream.example.com/forecast');
    this.api.root.addResource('forecast').addMethod('GET', upstream);
    this.api.root.addResource('search').addMethod('POST', new HttpIntegration('https://upstream.example.com/search'));
    this.paywall = new Paywall(this, 'Paywall', {
      plans: [
        Plan.free('free', { quota: Quota.perMonth(50) }),
        Plan.paid('pro', { quota: Quota.perMonth(10_000), price: Price.monthly(2900, 'usd') }),
      ],
      payments: Payments.stripe({ secretKey: Secret.fromSecretNameV2(this, 'Stripe', 'stripe/secret-key') }),
      encryptionKey: new Key(this, 'Key', { enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN }),
    });
    this.paywall.protect(this.api, {
      cache: {
        'GET /forecast': RouteCache.perCustomer({
          ttl: Duration.minutes(1),
          keys: [CacheKey.query('days')],
          cost: CachedCost.free(),
        }),
      },
      upstreamAuth: {
        'GET /forecast': UpstreamAuth.fromSecret(Secret.fromSecretNameV2(this, 'Upstream', 'upstream/key')),
      },
      requests: { 'POST /search': RequestValidation.json({ type: JsonSchemaType.OBJECT, required: ['query'] }) },
    });
    this.paywall.addModelRoute(this.api, {
      providers: [ModelProvider.openAi({ apiKey: Secret.fromSecretNameV2(this, 'OpenAi', 'openai/key') })],
      models: { 'gpt-5-mini': { price: ModelPrice.perMillionTokens({ input: 2_500, output: 20_000 }) } },
    });
    const { events } = this.paywall;
    events.notifyWebhook({ url: 'https://example.com/customers' });
  }
}
