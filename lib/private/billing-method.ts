import { Validations } from 'aws-cdk-lib';
import { AuthorizationType, AwsIntegration, Cors, type CorsOptions, type IResource } from 'aws-cdk-lib/aws-apigateway';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { functionArnFor } from './function-arn';
import type { ProtectedApi } from './protected-api';

/** Adds a method that identifies its caller itself. */
export function addBillingMethod(httpMethod: string, resource: IResource, target: AwsIntegration): void {
  const method = resource.addMethod(httpMethod, target, {
    authorizationType: AuthorizationType.NONE,
    apiKeyRequired: false,
  });
  // For those who check their app with cdk-nag.
  const reason = 'A billing route identifies its caller itself: who has no key, or no quota left, must be able to pay';
  Validations.of(method).acknowledge(
    { id: 'AwsSolutions::AwsSolutions-APIG4', reason },
    { id: 'AwsSolutions::AwsSolutions-COG4', reason },
  );
}

/**
 * A function behind all the methods below a path. They share one permission, since a function's policy has room for some 45 of them.
 *
 * @param id of the permission
 */
export function integrateBelow(api: ProtectedApi, path: string, handler: IFunction, id: string): AwsIntegration {
  handler.addPermission(id, {
    principal: new ServicePrincipal('apigateway.amazonaws.com'),
    sourceArn: api.api.arnForExecuteApi('*', path),
  });
  return new AwsIntegration({
    service: 'lambda',
    proxy: true,
    path: `2015-03-31/functions/${functionArnFor(api, handler)}/invocations`,
  });
}

/** CORS that lets pages send some headers beside those that they may send anyway; none where it is off. */
export function admitHeaders(cors: CorsOptions | undefined, ...names: string[]): CorsOptions | undefined {
  return cors && { ...cors, allowHeaders: [...(cors.allowHeaders ?? Cors.DEFAULT_HEADERS), ...names] };
}
