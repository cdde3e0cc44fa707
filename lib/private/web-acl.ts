import { Token } from 'aws-cdk-lib';
import type { IStage, Stage } from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';

/** Puts a web ACL in front of an API's stage; API Gateway asks it before the authorizer, so that what it blocks is charged nothing. */
export function associateWebAcl(scope: Construct, id: string, stage: IStage, webAclArn: string): void {
  if (
    !Token.isUnresolved(webAclArn) &&
    !/^arn:[^:]+:wafv2:[^:]+:\d{12}:regional\/webacl\/[^/]+\/[^/]+$/.test(webAclArn)
  ) {
    throw new Error(
      `\`webAclArn\` must be the ARN of a web ACL of WAF with the scope REGIONAL, got: ${JSON.stringify(webAclArn)}`,
    );
  }
  // Every stage has an ARN, also an imported one; the interface alone does not say so.
  new CfnWebACLAssociation(scope, id, { resourceArn: (stage as Stage).stageArn, webAclArn });
}
