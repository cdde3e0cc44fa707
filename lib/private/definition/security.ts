import type { CfnAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import type { Definition } from './definition';
import { isJson, type Json, json, set } from './json';

/** The name by which AWS's own definitions require a key. */
export const API_KEY = 'api_key';

const API_KEY_SCHEME: Json = { type: 'apiKey', name: 'x-api-key', in: 'header' };

/** Who may call an operation, in CloudFormation's terms. */
export interface OperationAccess {
  readonly authorizationType: string;
  readonly apiKeyRequired: boolean;
}

/** What API Gateway makes of an operation's `security`; schemes that only tell clients what to send make nothing. */
export function accessOf(definition: Definition, operation: Json): OperationAccess {
  const required = requirementsOf(definition, operation).flatMap((requirement) => Object.keys(json(requirement)));
  const schemes = required.map((name) => json(definition.securitySchemes[name]));
  const types = schemes.map(authorizationOf).filter((type) => type !== undefined);
  const own = json(operation['x-amazon-apigateway-auth']).type;
  return {
    authorizationType:
      (typeof own === 'string' && own.toUpperCase() !== 'NONE' ? own.toUpperCase() : types[0]) ?? 'NONE',
    apiKeyRequired: schemes.some(isApiKey),
  };
}

/** `security` of an operation, with what this app has decided on. */
export function securityOf(
  definition: Definition,
  operation: Json,
  apiKeyRequired: boolean,
  authorizer: string | undefined,
): unknown[] {
  if (authorizer !== undefined) {
    // Two requirements, of which API Gateway asks for both.
    return [{ [authorizer]: [] }, ...(apiKeyRequired ? [{ [keySchemeOf(definition)]: [] }] : [])];
  }
  const isForKey = (requirement: unknown) =>
    Object.keys(json(requirement)).some((name) => isApiKey(json(definition.securitySchemes[name])));
  return requirementsOf(definition, operation).filter((requirement) => apiKeyRequired || !isForKey(requirement));
}

/** The schemes that the paywall's operations require. */
export function schemesFor(definition: Definition, authorizer: CfnAuthorizer, uri: unknown): Json {
  return {
    [authorizer.name]: {
      type: 'apiKey',
      // There is none: the authorizer is asked on every call, whatever is sent.
      name: 'Unused',
      in: 'header',
      'x-amazon-apigateway-authtype': 'custom',
      'x-amazon-apigateway-authorizer': set({
        type: authorizer.type.toLowerCase(),
        authorizerUri: uri,
        authorizerResultTtlInSeconds: authorizer.authorizerResultTtlInSeconds,
      }),
    },
    [keySchemeOf(definition)]: API_KEY_SCHEME,
  };
}

/** The definition's own, if it has one. */
function keySchemeOf({ securitySchemes }: Definition): string {
  return Object.keys(securitySchemes).find((name) => isApiKey(json(securitySchemes[name]))) ?? API_KEY;
}

function requirementsOf({ document }: Definition, { security }: Json): readonly unknown[] {
  const requirements = security ?? document.security;
  return Array.isArray(requirements) ? requirements : [];
}

function authorizationOf(scheme: Json): string | undefined {
  const type = String(scheme['x-amazon-apigateway-authtype'] ?? '').toLowerCase();
  if (type.startsWith('aws')) {
    return 'AWS_IAM';
  }
  if (!isJson(scheme['x-amazon-apigateway-authorizer'])) {
    return undefined;
  }
  return type === 'cognito_user_pools' ? 'COGNITO_USER_POOLS' : 'CUSTOM';
}

/** Whether a scheme is that of API Gateway's own keys. */
export function isApiKey(scheme: Json): boolean {
  const { type, name, in: position } = scheme;
  const isOfClients = type === 'apiKey' && position === 'header' && String(name).toLowerCase() === 'x-api-key';
  return isOfClients && authorizationOf(scheme) === undefined;
}
