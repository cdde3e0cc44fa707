import type { AppTemplates } from './app-templates';

/** Types that are served, or that their own readers name. */
const READ = new Set([
  'AWS::CloudFormation::Stack',
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::SQS::Queue',
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
  'AWS::SecretsManager::',
  'AWS::ServiceCatalogAppRegistry::',
  'AWS::Synthetics::',
  'AWS::WAF',
  'AWS::XRay::',
  'Custom::CDKBucketDeployment',
  'Custom::LogRetention',
  'Custom::S3AutoDeleteObjects',
  'Custom::VpcRestrictDefaultSG',
];

/** What is missed, in words; these come before the harmless services that some of them belong to. */
const REASONS: Readonly<Record<string, string>> = {
  'AWS::ApiGatewayV2::Api': 'HTTP and WebSocket APIs are not served, only REST APIs',
  'AWS::CloudFront::Distribution': 'requests go straight to the REST API, without its distribution',
  'AWS::Cognito::UserPool': 'user pools have no local stand-in',
  'AWS::Events::EventBus': 'events have no local stand-in',
  'AWS::Events::Rule': 'nothing runs on a schedule or an event',
  'AWS::Lambda::EventInvokeConfig': 'functions that are invoked asynchronously are retried twice, whatever it says',
  'AWS::Lambda::Url': 'function URLs are not served, only REST APIs',
  'AWS::S3::Bucket': 'S3 has no local stand-in',
  'AWS::SNS::Topic': 'SNS has no local stand-in',
  'AWS::SSM::Parameter': 'Systems Manager has no local stand-in; values that the template itself takes are known',
  'AWS::Scheduler::Schedule': 'nothing runs on a schedule',
  'AWS::SecretsManager::RotationSchedule': 'secrets are not rotated',
  'AWS::StepFunctions::StateMachine': 'Step Functions has no local stand-in',
};

/** Names each resource that can matter at run time and that nothing stands in for. */
export function nameUnserved(app: AppTemplates): void {
  for (const { resources } of app.stacks) {
    for (const resource of resources) {
      const reason = REASONS[resource.type] ?? reasonOfOther(resource.type);
      if (reason !== undefined) {
        resource.unserved(reason);
      }
    }
  }
}

function reasonOfOther(type: string): string | undefined {
  if (READ.has(type) || HARMLESS.some((prefix) => type.startsWith(prefix))) {
    return undefined;
  }
  return type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource'
    ? 'custom resources do not run, so what this one sets up is missing'
    : `${type} has no local stand-in`;
}
