import { Stack } from 'aws-cdk-lib';
import {
  CfnRestApi,
  CfnStage,
  type CorsOptions,
  Deployment,
  type IResource,
  type IRestApi,
  type IStage,
  Resource,
} from 'aws-cdk-lib/aws-apigateway';
import type { Construct, IConstruct } from 'constructs';
import type { ProtectOptions } from '../protect-options';
import { Definition } from './definition/definition';
import { tellOfImport } from './imported-api';

/** An API that a paywall protects, however it is defined. */
export interface ProtectedApi {
  readonly api: IRestApi;
  /** Where it is served. */
  readonly stage: IStage;
  /** Of the paywall's own routes; CORS is off without it. */
  readonly cors?: CorsOptions;
  /** Of an API that is defined by OpenAPI: what the constructs beside it are written into. */
  readonly definition?: Definition;
  /** What the stage serves, where CDK does not make another one of it when methods change. */
  readonly deployment?: Deployment;
}

/** What stands in the way of protecting an API by a paywall, told at once and in words of this package. */
export function requireProtectable(paywall: Construct, api: IRestApi, options: ProtectOptions): ProtectedApi {
  const stack = Stack.of(paywall);
  const { path } = api.node;
  if (Stack.of(api) !== stack) {
    throw new Error(
      `\`api\` must be in the stack of the paywall, ${stack.node.path} (make a paywall in each stack and give them ` +
        `one \`store\`), got: ${path}`,
    );
  }
  const resource = resourceOf(api);
  requireRoot(api);
  const stage = requireStage(api, options.stage);
  if (resource === undefined) {
    tellOfImport(api, stage);
  } else {
    takeKeysFromAuthorizer(api, resource);
  }
  return {
    api,
    stage,
    cors: options.cors ?? api.root.defaultCorsPreflightOptions,
    definition: resource && Definition.of(paywall, api, resource),
    deployment: deploymentOf(paywall, api, stage),
  };
}

/** What makes the API; nothing where it is made elsewhere. */
export function resourceOf(api: IRestApi): CfnRestApi | undefined {
  const { defaultChild } = api.node;
  return defaultChild instanceof CfnRestApi ? defaultChild : undefined;
}

/** Whether the API has a resource of that name at its root, as far as this app knows. */
export function hasAtRoot({ api, definition }: ProtectedApi, pathPart: string): boolean {
  return api.root.getResource(pathPart) !== undefined || definition?.hasBelow(`/${pathPart}`) === true;
}

/** The resource of a path without a slash at its ends, which is made as far as it is not there. */
export function resourceAt(api: IRestApi, path: string): IResource {
  const [first = '', ...rest] = path.split('/');
  const below = api.root.getResource(first) ?? addToRoot({ api }, first, api.root.defaultCorsPreflightOptions);
  return below.resourceForPath(rest.join('/'));
}

/** A resource at the root, also of a `LambdaRestApi`, which has the app add none beside its proxy. */
export function addToRoot(
  { api }: Pick<ProtectedApi, 'api'>,
  pathPart: string,
  cors: CorsOptions | undefined,
): IResource {
  const { root } = api;
  return new Resource(root as IConstruct as Construct, pathPart, {
    parent: root,
    pathPart,
    defaultCorsPreflightOptions: cors,
  });
}

function requireRoot(api: IRestApi): void {
  try {
    void api.root.path;
  } catch {
    throw new Error(
      '`api` must have a root, which the billing routes go below: import it by `RestApi.fromRestApiAttributes` with ' +
        `its \`rootResourceId\`, and not by \`RestApi.fromRestApiId\`, got: ${api.node.path}`,
    );
  }
}

function requireStage(api: IRestApi, named: IStage | undefined): IStage {
  const stage = named ?? (api.deploymentStage as IStage | undefined);
  if (stage === undefined) {
    const why = resourceOf(api) === undefined ? 'is imported' : 'has `deploy: false`';
    throw new Error(
      `\`api\` must be deployed to a stage, but ${api.node.path} ${why}: pass the stage that serves it, ` +
        "`stage: Stage.fromStageAttributes(this, 'Stage', { restApi: api, stageName: 'prod' })`, or a `Stage` of this app, got: undefined",
    );
  }
  const stack = Stack.of(api);
  if (JSON.stringify(stack.resolve(stage.restApi.restApiId)) !== JSON.stringify(stack.resolve(api.restApiId))) {
    throw new Error(`\`stage\` must be one of ${api.node.path}, got: ${stage.node.path}`);
  }
  return stage;
}

/** Lets the authorizer name the surrogate key; API Gateway never sees a customer's secret. */
function takeKeysFromAuthorizer(api: IRestApi, resource: CfnRestApi): void {
  if (resource.apiKeySourceType !== undefined && resource.apiKeySourceType !== 'AUTHORIZER') {
    throw new Error(
      `\`api\` must take its API keys from the authorizer, but ${api.node.path} sets apiKeySourceType, got: ${resource.apiKeySourceType}`,
    );
  }
  resource.apiKeySourceType = 'AUTHORIZER';
}

/** That of a stage of this app, but for the one that CDK itself keeps up; or a new one, for a stage that is made elsewhere. */
function deploymentOf(paywall: Construct, api: IRestApi, stage: IStage): Deployment | undefined {
  const resource = stage.node.defaultChild;
  if (!(resource instanceof CfnStage)) {
    return new Deployment(paywall, `Deployment-${api.node.id}`, {
      api,
      stageName: stage.stageName,
      description: 'Brings the methods of this stack to the stage',
      // Deleting the stack must not fail because the stage is still there.
      retainDeployments: true,
    });
  }
  const stack = Stack.of(paywall);
  const id = JSON.stringify(stack.resolve(resource.deploymentId));
  const deployment = stack.node
    .findAll()
    .filter((node) => node instanceof Deployment)
    .find(({ deploymentId }) => JSON.stringify(stack.resolve(deploymentId)) === id);
  return deployment === api.latestDeployment ? undefined : deployment;
}
