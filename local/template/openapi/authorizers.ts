import { isObject, type JsonObject, list, object, text } from '../values';
import type { DefinedApi } from './defined-api';
import { type Definition, securitySchemesIn } from './definition';

/** The authorizers of a definition: each is a security scheme. */
export function authorizersOf(api: DefinedApi): JsonObject {
  const authorizers = Object.entries(securitySchemesIn(api.definition)).flatMap(([name, scheme]) => {
    const extension = object(scheme)['x-amazon-apigateway-authorizer'];
    return isObject(extension) ? [[authorizerId(api, name), authorizer(api, name, object(scheme), extension)]] : [];
  });
  return Object.fromEntries(authorizers);
}

/** Who may call an operation, as properties of a method. */
export function authorizationOf(api: DefinedApi, operation: JsonObject): JsonObject {
  const schemes = securitySchemesIn(api.definition);
  const names = requirementsOf(api.definition, operation);
  const authorizer = names.find((name) => isObject(object(schemes[name])['x-amazon-apigateway-authorizer']));
  const isSigned =
    names.some((name) => authtypeOf(object(schemes[name])).startsWith('aws')) ||
    text(object(operation['x-amazon-apigateway-auth']).type)?.toUpperCase() === 'AWS_IAM';
  const isPool = authorizer !== undefined && authtypeOf(object(schemes[authorizer])) === 'cognito_user_pools';
  return {
    ApiKeyRequired: names.some((name) => isApiKey(object(schemes[name]))),
    ...(authorizer !== undefined && {
      AuthorizationType: isPool ? 'COGNITO_USER_POOLS' : 'CUSTOM',
      AuthorizerId: { Ref: authorizerId(api, authorizer) },
    }),
    ...(isSigned && { AuthorizationType: 'AWS_IAM' }),
  };
}

function authorizerId({ logicalId }: DefinedApi, scheme: string): string {
  return `${logicalId} authorizer ${scheme}`;
}

function authorizer(api: DefinedApi, name: string, scheme: JsonObject, extension: JsonObject): JsonObject {
  const type = text(extension.type)?.toUpperCase();
  return {
    Type: 'AWS::ApiGateway::Authorizer',
    Metadata: { 'aws:cdk:path': `${api.path}/${name}` },
    Properties: {
      RestApiId: { Ref: api.logicalId },
      Name: name,
      Type: type,
      AuthorizerUri: extension.authorizerUri,
      // A token is in the header that the scheme names.
      IdentitySource:
        extension.identitySource ?? (type === 'TOKEN' ? `method.request.header.${text(scheme.name)}` : undefined),
      IdentityValidationExpression: extension.identityValidationExpression,
      AuthorizerResultTtlInSeconds: extension.authorizerResultTtlInSeconds,
    },
  };
}

/** The schemes that an operation requires; API Gateway asks for all that it knows. */
function requirementsOf({ security: common }: Definition, { security = common }: JsonObject): string[] {
  return list(security).flatMap((requirement) => Object.keys(object(requirement)));
}

function authtypeOf(scheme: JsonObject): string {
  return (text(scheme['x-amazon-apigateway-authtype']) ?? '').toLowerCase();
}

function isApiKey(scheme: JsonObject): boolean {
  const isInHeader = scheme.type === 'apiKey' && scheme.in === 'header';
  return isInHeader && text(scheme.name)?.toLowerCase() === 'x-api-key' && authtypeOf(scheme) === '';
}
