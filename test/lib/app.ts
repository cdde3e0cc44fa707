import { App, Stack } from 'aws-cdk-lib';
import { LambdaIntegration, MockIntegration, RestApi, type RestApiProps } from 'aws-cdk-lib/aws-apigateway';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import { Payments, Paywall, type PaywallProps, Plan, Price, Quota, TopUp } from '../../lib';

/**
 * A stack with an API of two routes and a paywall that does not protect it yet. It tells programs and agents nothing unless it is asked to:
 * that is a third of what a synthesis takes.
 */
export function paidApp(
  props: Partial<PaywallProps> | ((stack: Stack) => Partial<PaywallProps>) = {},
  apiProps: RestApiProps = {},
  app = unstagedApp(),
) {
  const stack = new Stack(app, 'Stack');
  const api = new RestApi(stack, 'Api', { cloudWatchRole: false, ...apiProps });
  const backend = new LambdaIntegration(
    new LambdaFunction(stack, 'Backend', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async () => ({ statusCode: 200 });'),
    }),
  );
  api.root.addResource('items').addResource('{id}').addMethod('GET', backend);
  api.root.addResource('health').addMethod('GET', new MockIntegration());
  const given = typeof props === 'function' ? props(stack) : props;
  const paywall = new Paywall(stack, 'Paywall', {
    plans: plans(),
    discovery: { enabled: false },
    mcp: { enabled: false },
    ...given,
    payments: given.payments ?? stripe(stack),
  });
  return { stack, api, backend, paywall };
}

/** What tells programs and agents of the API. */
export const TELLING = { discovery: {}, mcp: {} } satisfies Partial<PaywallProps>;

/** The same, of an API that programs and agents are told of. */
export const tellingApp: typeof paidApp = (props = {}, ...rest) =>
  paidApp((stack) => ({ ...TELLING, ...(typeof props === 'function' ? props(stack) : props) }), ...rest);

/** An app that writes only its templates: neither copies of the handlers' bundles, nor the tree, nor where each construct comes from. */
export function unstagedApp(): App {
  return new App({
    context: { [DISABLE_ASSET_STAGING_CONTEXT]: true },
    treeMetadata: false,
    analyticsReporting: false,
    stackTraces: false,
  });
}

export function plans(): Plan[] {
  return [
    Plan.free('free', { quota: Quota.perMonth(100), throttle: { rateLimit: 5, burstLimit: 10 } }),
    Plan.paid('pro', { quota: Quota.perMonth(10_000), price: Price.monthly(2900, 'usd'), lanes: 2 }),
  ];
}

export function topUp(): TopUp {
  return TopUp.pack('1k', { units: 1000, price: Price.once(500, 'usd') });
}

export function stripe(stack: Stack, networkId?: string): Payments {
  return Payments.stripe({ secretKey: Secret.fromSecretNameV2(stack, 'StripeKey', 'stripe/secret-key'), networkId });
}
