import type { AppTemplates } from './app-templates';
import type { Resource } from './stack';

/** Types that are served, or that their own readers name. */
const READ = new Set([
  'AWS::CloudFormation::Stack',
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::Events::EventBus',
  'AWS::Events::Rule',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::SQS::Queue',
  'AWS::Scheduler::Schedule',
  'AWS::SecretsManager::Secret',
]);

/** Types, or whole services, without which an API behaves the same on a developer's machine. */
const HARMLESS = [
  'AWS::ApiGateway::',
  'AWS::ApiGatewayV2::',
  'AWS::ApplicationAutoScaling::',
  'AWS::AutoScaling::',
  'AWS::Backup::',
  'AWS::Budgets::',
  'AWS::CDK::Metadata',
  'AWS::CertificateManager::',
  'AWS::Chatbot::',
  'AWS::CloudFormation::WaitCondition',
  'AWS::CloudTrail::',
  'AWS::CloudWatch::',
  'AWS::CodeBuild::',
  'AWS::CodeDeploy::',
  'AWS::CodePipeline::',
  'AWS::Cognito::',
  'AWS::EC2::',
  'AWS::Events::EventBusPolicy',
  'AWS::IAM::',
  'AWS::KMS::',
  'AWS::Lambda::',
  'AWS::Logs::',
  'AWS::RUM::',
  'AWS::ResourceGroups::',
  'AWS::Route53',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueueInlinePolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::Scheduler::ScheduleGroup',
  'AWS::SecretsManager::',
  'AWS::ServiceCatalogAppRegistry::',
  'AWS::Synthetics::',
  'AWS::WAF',
  'AWS::XRay::',
];

/** What is missed, in words; these come before the harmless services that some of them belong to. */
const REASONS: Readonly<Record<string, string>> = {
  'AWS::ApiGatewayV2::Api': 'HTTP and WebSocket APIs are not served, only REST APIs',
  'AWS::CloudFront::Distribution': 'requests go straight to the REST API, without its distribution',
  'AWS::Cognito::UserPool': 'user pools have no local stand-in',
  'AWS::Lambda::EventInvokeConfig': 'functions that are invoked asynchronously are retried twice, whatever it says',
  'AWS::Lambda::Url': 'function URLs are not served, only REST APIs',
  'AWS::S3::Bucket': 'S3 has no local stand-in',
  'AWS::SNS::Topic': 'SNS has no local stand-in',
  'AWS::SSM::Parameter': 'Systems Manager has no local stand-in; values that the template itself takes are known',
  'AWS::SecretsManager::RotationSchedule': 'secrets are not rotated',
  'AWS::StepFunctions::StateMachine': 'Step Functions has no local stand-in',
};

/** Names each resource that can matter at run time and that nothing stands in for. */
export function nameUnserved(app: AppTemplates): void {
  for (const { resources } of app.stacks) {
    for (const resource of resources) {
      const reason = REASONS[resource.type] ?? reasonOfOther(resource);
      if (reason !== undefined) {
        resource.unserved(reason);
      }
    }
  }
}

function reasonOfOther({ type, isCustom }: Resource): string | undefined {
  const isNamedElsewhere = READ.has(type) || isCustom;
  return isNamedElsewhere || HARMLESS.some((prefix) => type.startsWith(prefix))
    ? undefined
    : `${type} has no local stand-in`;
}
