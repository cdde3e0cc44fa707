import { referenceTo } from './attributes';
import type { FunctionCatalogue } from './functions';
import { Unresolvable } from './intrinsics';
import type { AuthorizerModel } from './model';
import type { Resource } from './stack';
import { number, text } from './values';

const DEFAULT_RESULT_TTL = 300;

export function readAuthorizer(resource: Resource, functions: FunctionCatalogue): AuthorizerModel {
  const type = text(resource.property('Type'));
  if (type !== 'REQUEST' && type !== 'TOKEN') {
    throw new Unresolvable(`its authorizer ${resource.path} is of type ${type}; Lambda authorizers are served`);
  }
  const identitySources = (text(resource.property('IdentitySource')) ?? '').split(',').map((source) => source.trim());
  return {
    id: referenceTo(resource),
    name: text(resource.property('Name')) ?? resource.logicalId,
    type,
    functionArn: functions.functionArnIn(text(resource.property('AuthorizerUri'))),
    identitySources: identitySources.filter((source) => source !== ''),
    identityValidation: text(resource.property('IdentityValidationExpression')),
    resultTtl: number(resource.property('AuthorizerResultTtlInSeconds')) ?? DEFAULT_RESULT_TTL,
  };
}
