import type { AppTemplates } from './app-templates';
import { attributeOf, referenceTo } from './attributes';
import { readAuthorizer } from './authorizers';
import { type IntegrationContext, readIntegration } from './integrations';
import { Unresolvable } from './intrinsics';
import type { AuthorizerModel, MethodModel } from './model';
import { readRequestModels } from './request-models';
import type { Resource } from './stack';
import { flag, object, text } from './values';

/** The methods of an API on one stage. One that cannot be served is left out, and named. */
export function readMethods(api: Resource, app: AppTemplates, context: IntegrationContext): MethodModel[] {
  const apiId = referenceTo(api);
  const paths = new ResourceTree(app, attributeOf(api, 'RootResourceId'));
  return app
    .resourcesOf('AWS::ApiGateway::Method')
    .filter((resource) => apiIdOf(resource) === apiId)
    .map((resource) => resource.attempt(() => readMethod(resource, paths, context), 'it is not served'))
    .filter((method) => method !== undefined);
}

/** The id of the API that a resource is a part of, which may be created by another stack. */
export function apiIdOf(resource: Resource): string | undefined {
  return resource.attempt(() => text(resource.property('RestApiId')));
}

/** The paths of an API's resources, each of which names its parent only. */
class ResourceTree {
  private readonly resources: ReadonlyMap<string, Resource>;

  constructor(
    app: AppTemplates,
    private readonly rootId: string,
  ) {
    this.resources = new Map(
      app.resourcesOf('AWS::ApiGateway::Resource').map((resource) => [referenceTo(resource), resource]),
    );
  }

  pathOf(resourceId: string): string {
    const parts: string[] = [];
    for (let id = resourceId; id !== this.rootId; ) {
      const resource = this.resources.get(id);
      if (!resource) {
        throw new Unresolvable('its resource is not created by this app');
      }
      parts.unshift(text(resource.property('PathPart')) ?? '');
      id = text(resource.property('ParentId')) ?? '';
    }
    return `/${parts.join('/')}`;
  }
}

function readMethod(resource: Resource, paths: ResourceTree, context: IntegrationContext): MethodModel {
  const resourceId = text(resource.property('ResourceId')) ?? '';
  const validator = referred(resource, 'RequestValidatorId', 'AWS::ApiGateway::RequestValidator');
  return {
    path: resource.path,
    httpMethod: text(resource.property('HttpMethod')) ?? 'ANY',
    resourceId,
    resourcePath: paths.pathOf(resourceId),
    apiKeyRequired: flag(resource.property('ApiKeyRequired')),
    authorizer: authorizerOf(resource, context),
    requestParameters: requestParametersOf(resource, validator),
    requestModels: flag(validator?.property('ValidateRequestBody')) ? readRequestModels(resource) : undefined,
    integration: readIntegration(object(resource.property('Integration')), context),
  };
}

function authorizerOf(method: Resource, { functions }: IntegrationContext): AuthorizerModel | undefined {
  const type = text(method.property('AuthorizationType')) ?? 'NONE';
  if (type === 'NONE') {
    return undefined;
  }
  if (type !== 'CUSTOM') {
    throw new Unresolvable(`its authorization is ${type}; Lambda authorizers and API keys are served`);
  }
  const authorizer = referred(method, 'AuthorizerId', 'AWS::ApiGateway::Authorizer');
  if (!authorizer) {
    throw new Unresolvable('its authorizer is not created by this app');
  }
  return readAuthorizer(authorizer, functions);
}

/** API Gateway asks for required parameters only where a request validator says so. */
function requestParametersOf(method: Resource, validator: Resource | undefined): Record<string, boolean> {
  const validated = flag(validator?.property('ValidateRequestParameters'));
  return Object.fromEntries(
    Object.entries(object(method.property('RequestParameters'))).map(([name, required]) => [
      name,
      validated && flag(required),
    ]),
  );
}

/** The resource of some type that one of a method's properties refers to by id. */
function referred(method: Resource, property: string, type: string): Resource | undefined {
  const id = text(method.property(property));
  return id === undefined
    ? undefined
    : method.stack.app.resourcesOf(type).find((resource) => referenceTo(resource) === id);
}
