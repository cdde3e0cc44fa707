import { Stack } from 'aws-cdk-lib';
import {
  CfnAuthorizer,
  CfnGatewayResponse,
  CfnMethod,
  CfnModel,
  CfnRequestValidator,
  CfnResource,
  type IRestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { IConstruct } from 'constructs';

/** What a deployment is a snapshot of. */
const PARTS = [CfnAuthorizer, CfnGatewayResponse, CfnMethod, CfnModel, CfnRequestValidator, CfnResource];

/** Whether a construct is a part of an API: a method of it, a resource, … */
export function isPartOf(api: IRestApi, node: IConstruct): boolean {
  return PARTS.some((type) => node instanceof type) && isOf(api, node, (node as CfnMethod).restApiId);
}

/** Whether something of a REST API is of this one. */
export function isOf(api: IRestApi, node: IConstruct, restApiId: string): boolean {
  const stack = Stack.of(node);
  return JSON.stringify(stack.resolve(restApiId)) === JSON.stringify(stack.resolve(api.restApiId));
}
