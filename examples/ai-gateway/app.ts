import { App, Stack } from 'aws-cdk-lib';
import { EndpointType, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ModelPrice, ModelProvider, Payments, Paywall, Plan, Price, Quota, TopUp } from 'cdk-paywall';

const stack = new Stack(new App(), 'AiGateway');

// Put the provider's key into it once it is there: no template, no log and no customer sees that.
const providerKey = new Secret(stack, 'ProviderKey');

// Regional, so that a model may think for up to five minutes before it says something.
const api = new RestApi(stack, 'Api', { endpointTypes: [EndpointType.REGIONAL] });

// A unit is a ten-thousandth of a dollar of what the provider takes.
const paywall = new Paywall(stack, 'Paywall', {
  plans: [
    Plan.free('free', { quota: Quota.oneTime(500) }),
    Plan.paid('pro', { quota: Quota.perMonth(250_000), price: Price.monthly(4900, 'usd') }),
  ],
  topUps: [TopUp.pack('10', { units: 100_000, price: Price.once(1500, 'usd') })],
  payments: Payments.stripe({ secretKey: Secret.fromSecretNameV2(stack, 'Stripe', 'stripe/secret-key') }),
});
paywall.protect(api);
paywall.addModelRoute(api, {
  providers: [ModelProvider.openAi({ apiKey: providerKey, baseUrl: process.env.OPENAI_BASE_URL })],
  models: {
    'gpt-5-mini': {
      price: ModelPrice.perMillionTokens({ input: 2_500, output: 20_000, cachedInput: 250 }),
      aliases: ['default'],
    },
    'gpt-5': {
      price: ModelPrice.perMillionTokens({ input: 12_500, output: 100_000, cachedInput: 1_250 }),
      plans: ['pro'],
    },
  },
});
