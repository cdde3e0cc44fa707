import { type App, Duration, SecretValue, Stack } from 'aws-cdk-lib';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ModelPrice, ModelProvider, Payments, Paywall, Plan, Price, Quota, TopUp } from '../../lib';
import { type PaidApi, startPaidApi } from './paid-api';

/** The models of each route, and what their tokens cost. */
export const PRICES = {
  mini: { input: 250_000, output: 2_000_000, cachedInput: 25_000 },
  large: { input: 3_000_000, output: 15_000_000, cachedInput: 300_000, cacheWriteInput: 3_750_000 },
} as const;

export const PROVIDER_KEY = 'sk-provider';

/** An API with a route to each of three providers, of which the first has a fall-back. */
export function modelApp(app: App, url: string): void {
  const stack = new Stack(app, 'Paid');
  const api = new RestApi(stack, 'Api', { cloudWatchRole: false });
  const secretKey = Secret.fromSecretNameV2(stack, 'Stripe', 'stripe/secret-key');
  // A stand-in's key is no secret.
  const apiKey = new Secret(stack, 'ProviderKey', { secretStringValue: SecretValue.unsafePlainText(PROVIDER_KEY) });
  const paywall = new Paywall(stack, 'Paywall', {
    plans: [
      Plan.free('free', { quota: Quota.perMonth(1_000) }),
      Plan.paid('pro', { quota: Quota.perMonth(1_000_000), price: Price.monthly(2900, 'usd') }),
      Plan.paid('boundless', { quota: Quota.unlimited(), price: Price.monthly(9900, 'usd') }),
    ],
    topUps: [TopUp.pack('100', { units: 100, price: Price.once(500, 'usd') })],
    payments: Payments.stripe({ secretKey }),
  });
  paywall.protect(api);
  const models = {
    mini: { price: ModelPrice.perMillionTokens(PRICES.mini), aliases: ['default'], maxOutputTokens: 200 },
    large: { price: ModelPrice.perMillionTokens(PRICES.large), plans: ['pro', 'boundless'], maxOutputTokens: 200 },
  };
  const timeouts = { timeout: Duration.seconds(20), firstByteTimeout: Duration.seconds(3) };
  const version = { v1: `${url}/v1`, v1beta: `${url}/v1beta` };
  const openAi = [
    ModelProvider.openAi({ apiKey, baseUrl: version.v1 }),
    ModelProvider.openAi({ apiKey, baseUrl: `${url}/other/v1`, models: { mini: 'vendor/mini' } }),
  ];
  paywall.addModelRoute(api, { ...timeouts, models, providers: openAi });
  paywall.addModelRoute(api, {
    ...timeouts,
    models,
    providers: [ModelProvider.anthropic({ apiKey, baseUrl: version.v1 })],
    estimate: 5,
  });
  paywall.addModelRoute(api, {
    ...timeouts,
    models,
    providers: [ModelProvider.gemini({ apiKey, baseUrl: version.v1beta })],
  });
}

/** That API in the local gateway, in front of a provider. */
export function startModelApi(url: string): Promise<PaidApi> {
  return startPaidApi({}, (app) => modelApp(app, url));
}
