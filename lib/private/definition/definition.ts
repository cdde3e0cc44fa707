import { type CfnResource, type IAspect, type IResolveContext, Lazy } from 'aws-cdk-lib';
import {
  CfnAuthorizer,
  CfnGatewayResponse,
  CfnMethod,
  CfnModel,
  type CfnResource as CfnPathResource,
  CfnRequestValidator,
  type CfnRestApi,
  type IRestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { Construct, type IConstruct } from 'constructs';
import { isPartOf } from '../parts';
import { DefinedMethod, type Place, resourcePathOf } from './defined-method';
import { type Dialect, dialectOf } from './dialect';
import { isJson, type Json, json, set } from './json';
import { changed, operationKey, operationOf, type ResolvedMethod } from './operations';
import { requireDefinition } from './require-definition';
import { schemesFor, securityOf } from './security';

const GATEWAY_RESPONSES = 'x-amazon-apigateway-gateway-responses';

/** Methods as OpenAPI, and API Gateway, name them in a path. */
const OPERATION = /^(delete|get|head|options|patch|post|put|x-amazon-apigateway-any-method)$/;

/**
 * The OpenAPI definition of an API. API Gateway makes the API what its definition says, so that whatever stands beside it is gone by the
 * next import: as an aspect, this takes methods, gateway responses and authorizers that are constructs out of the template, and writes
 * them into the definition.
 */
export class Definition implements IAspect {
  /** What the API is defined by; nothing where it is defined by constructs. */
  public static of(paywall: Construct, api: IRestApi, resource: CfnRestApi): Definition | undefined {
    const document = requireDefinition(api, resource);
    return document && new Definition(paywall, api, resource, document);
  }

  public readonly securitySchemes: Json;
  private readonly dialect: Dialect;
  private readonly defined: readonly DefinedMethod[];
  private readonly methods: CfnMethod[] = [];
  private readonly responses: CfnGatewayResponse[] = [];
  private readonly authorizers: CfnAuthorizer[] = [];
  private readonly conflicts: string[] = [];

  private constructor(
    paywall: Construct,
    private readonly api: IRestApi,
    resource: CfnRestApi,
    public readonly document: Json,
  ) {
    this.dialect = dialectOf(document) as Dialect;
    this.securitySchemes = this.dialect.securitySchemes(document);
    const scope = new Construct(paywall, `Definition-${api.node.id}`);
    this.defined = this.places().map((place) => new DefinedMethod(scope, api, place));
    resource.body = Lazy.uncachedAny({ produce: (context) => this.render(context) });
  }

  /** Whether the definition has the path, or one below it. */
  public hasBelow(path: string): boolean {
    return Object.keys(json(this.document.paths)).some((key) => key === path || key.startsWith(`${path}/`));
  }

  /** What a local reference refers to; anything else as it is. */
  public dereferenced(value: Json): Json {
    const { $ref: reference } = value;
    if (typeof reference !== 'string' || !reference.startsWith('#/')) {
      return value;
    }
    const names = reference.slice(2).split('/');
    const found = names.reduce<unknown>((parent, name) => json(parent)[name], this.document);
    return isJson(found) ? this.dereferenced(found) : value;
  }

  public visit(node: IConstruct): void {
    if (!isPartOf(this.api, node) || node instanceof DefinedMethod) {
      return;
    }
    if (node instanceof CfnModel || node instanceof CfnRequestValidator) {
      this.conflicts.push(
        `${node.node.path} stands beside the definition of ${this.path}: write it into the definition`,
      );
      return;
    }
    if (node instanceof CfnMethod) {
      this.visitMethod(node);
    } else if (node instanceof CfnGatewayResponse) {
      this.visitGatewayResponse(node);
    } else if (node instanceof CfnAuthorizer) {
      this.authorizers.push(node);
    }
    leaveOut(node as CfnPathResource);
  }

  /** What only the finished app can tell; one message a fault. */
  public validate(): string[] {
    return this.conflicts;
  }

  private get path(): string {
    return this.api.node.path;
  }

  private places(): Place[] {
    return Object.entries(json(this.document.paths)).flatMap(([path, item]) =>
      Object.entries(json(item))
        .filter(([key]) => OPERATION.test(key))
        .map(([key, operation]) => ({
          definition: this,
          resourcePath: path.replace(/(?<=.)\/$/, ''),
          path,
          key,
          httpMethod: key.startsWith('x-') ? 'ANY' : key.toUpperCase(),
          pathItem: json(item),
          operation: this.dereferenced(json(operation)),
        })),
    );
  }

  private visitMethod(method: CfnMethod): void {
    const path = resourcePathOf(method);
    if (path === '') {
      this.conflicts.push(
        `${method.node.path} stands beside the definition of ${this.path}: write it into the definition`,
      );
    } else if (
      this.defined.some(({ place }) => place.resourcePath === path && place.httpMethod === method.httpMethod)
    ) {
      this.conflicts.push(`${method.node.path} is in the definition of ${this.path} already: remove one of the two`);
    } else {
      this.methods.push(method);
    }
  }

  private visitGatewayResponse(response: CfnGatewayResponse): void {
    const { responseType } = response;
    if (responseType in json(this.document[GATEWAY_RESPONSES])) {
      this.conflicts.push(
        `the definition of ${this.path} sets the gateway response ${responseType}, which ${response.node.path} sets: remove it`,
      );
    }
    this.responses.push(response);
  }

  private render(context: IResolveContext): unknown {
    const paths = this.paths(context);
    const schemes = this.authorizers.map((authorizer) =>
      schemesFor(this, authorizer, context.resolve(authorizer.authorizerUri)),
    );
    return {
      ...this.dialect.withSecuritySchemes(this.document, Object.assign({}, this.securitySchemes, ...schemes)),
      paths,
      'x-amazon-apigateway-api-key-source': 'AUTHORIZER',
      [GATEWAY_RESPONSES]: {
        ...json(this.document[GATEWAY_RESPONSES]),
        ...Object.fromEntries(this.responses.map((response) => [response.responseType, gatewayResponse(response)])),
      },
    };
  }

  private paths(context: IResolveContext): Json {
    const paths: Record<string, Json> = { ...(this.document.paths as Record<string, Json>) };
    for (const method of this.defined) {
      const { path, key } = method.place;
      const operation = changed(method, resolved(method, context), this.dialect.text);
      paths[path] = { ...paths[path], [key]: { ...operation, ...this.secured(method, operation) } };
    }
    for (const method of this.methods) {
      const path = resourcePathOf(method);
      const operation = operationOf(resolved(method, context), path, this.dialect.text);
      paths[path] = {
        ...paths[path],
        [operationKey(method.httpMethod)]: { ...operation, ...this.secured(method, operation) },
      };
    }
    return paths;
  }

  /** Who may call an operation, as the method has it that stands for it. */
  private secured(method: CfnMethod, operation: Json): Json {
    const own = method instanceof DefinedMethod ? operation : { security: [] };
    const authorizer = this.authorizers.find(({ ref }) => ref === method.authorizerId);
    return { security: securityOf(this, own, method.apiKeyRequired === true, authorizer?.name) };
  }
}

function resolved(method: CfnMethod, context: IResolveContext): ResolvedMethod {
  return {
    httpMethod: method.httpMethod,
    integration: json(context.resolve(method.integration)),
    requestParameters: json(context.resolve(method.requestParameters)),
    methodResponses: (context.resolve(method.methodResponses) ?? []) as readonly Json[],
  };
}

function gatewayResponse({ statusCode, responseParameters, responseTemplates }: CfnGatewayResponse): Json {
  return set({ statusCode, responseParameters, responseTemplates });
}

/** Keeps a resource out of the template, and out of what others there wait for. */
function leaveOut(resource: CfnResource): void {
  (resource as unknown as { shouldSynthesize(): boolean }).shouldSynthesize = () => false;
}
