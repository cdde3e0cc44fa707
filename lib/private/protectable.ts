import { Stack } from 'aws-cdk-lib';
import { CfnRestApi, type IRestApi, type RestApi } from 'aws-cdk-lib/aws-apigateway';

/** What stands in the way of protecting an API by a paywall of the stack, told at once and in words of this package. */
export function requireProtectable(api: IRestApi, stack: Stack): RestApi {
  const path = api.node.path;
  const resource = api.node.defaultChild;
  if (!(resource instanceof CfnRestApi) || resource.body !== undefined || resource.bodyS3Location !== undefined) {
    throw new Error(`\`api\` must be a RestApi whose methods are defined in this app, got: ${path}`);
  }
  if (Stack.of(api) !== stack) {
    throw new Error(
      `\`api\` must be in the stack of the paywall, ${stack.node.path} (make a paywall in each stack and give them ` +
        `one \`store\`), got: ${path}`,
    );
  }
  const restApi = api as RestApi;
  if (restApi.latestDeployment === undefined) {
    throw new Error(`\`api\` must be deployed to a stage, but has \`deploy: false\`, got: ${path}`);
  }
  return restApi;
}

/** Lets the authorizer name the surrogate key; API Gateway never sees a customer's secret. */
export function takeKeysFromAuthorizer(api: RestApi): void {
  const resource = api.node.defaultChild as CfnRestApi;
  if (resource.apiKeySourceType !== undefined && resource.apiKeySourceType !== 'AUTHORIZER') {
    throw new Error(
      `\`api\` must take its API keys from the authorizer, but ${api.node.path} sets apiKeySourceType, got: ${resource.apiKeySourceType}`,
    );
  }
  resource.apiKeySourceType = 'AUTHORIZER';
}
