import { App, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Construct, type IConstruct } from 'constructs';
import { WeatherStack } from '../../bin/demo/weather-stack';
import { AgentPayments, Payments, StripeEventBridge } from '../../lib';
import { setHandlerSettings } from '../../lib/private/handler-settings';
import { GatewayStack } from './gateway-stack';

// The demo under cdk-nag's AwsSolutions pack: synthesis fails on any finding that is not acknowledged, with its reason, here or
// in the construct that it is about.
const app = new App();
const stack = new WeatherStack(app, 'Weather');
// The other way that Stripe's events can take.
const { processor, events } = stack.paywall;
new StripeEventBridge(stack, 'StripeEventBridge', { eventSourceName: 'aws.partner/stripe.com/ed_1', processor });
// Whoever may be told of customers.
events.notifyTopic(new Topic(stack, 'Customers', { enforceSSL: true }));
events.notifyWebhook({ url: 'https://example.com/customers' });

// What agents pay by, traced.
const { catalogue, store } = stack.paywall;
const secretKey = Secret.fromSecretNameV2(stack, 'AgentsStripeKey', 'stripe/secret-key');
const payments = Payments.stripe({ secretKey, networkId: 'profile_1' });
const traced = new Construct(stack, 'Traced');
setHandlerSettings(traced, { tracing: true });
new AgentPayments(traced, 'AgentPayments', { catalogue, store, payments, paywallId: 'Weather-1' });

const gateway = new GatewayStack(app, 'Gateway', { env: { region: 'us-east-1' } });

acknowledge('Api/Resource', {
  'AwsSolutions-APIG2':
    'The backend validates what it is sent; API Gateway would refuse only after the call was charged',
});
acknowledge('Api/DeploymentStage.prod/Resource', {
  'AwsSolutions-APIG3': 'A demo without a web ACL: one costs more than everything else in it',
});
acknowledge('Api/Default/health/GET/Resource', {
  'AwsSolutions-APIG4': 'The health check is open to everybody',
  'AwsSolutions-COG4': 'The health check is open to everybody',
});
acknowledge('Backend/ServiceRole/Resource', {
  'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]':
    'The backend stands for any function that is there already, with the role that CDK gives it by default',
});
acknowledge(
  'Api/Resource',
  { 'AwsSolutions-APIG2': 'A route is validated; the models of others are validated by their provider' },
  gateway,
);
acknowledge('Api/DeploymentStage.prod/Resource', { 'AwsSolutions-APIG3': 'As with the demo' }, gateway);
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();

function acknowledge(path: string, reasons: Record<string, string>, within: IConstruct = stack): void {
  const construct = path.split('/').reduce<IConstruct>((scope, id) => scope.node.findChild(id), within);
  for (const [rule, reason] of Object.entries(reasons)) {
    Validations.of(construct).acknowledge({ id: `AwsSolutions::${rule}`, reason });
  }
}
