import { readAccessLog } from './access-logs';
import type { AppTemplates } from './app-templates';
import { nameOf, referenceTo } from './attributes';
import type { FunctionCatalogue } from './functions';
import { readGatewayResponses } from './gateway-responses';
import { apiIdOf, readMethods } from './methods';
import type { RestApiModel } from './model';
import { definitionIn } from './openapi/definition';
import type { Resource } from './stack';
import { readStageCache, type StageCache, withCaching } from './stage-cache';
import type { UsagePlanCatalogue } from './usage-plans';
import { list, object, text, textList, textMap } from './values';

interface Stage {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly accessLog?: RestApiModel['accessLog'];
  readonly cache?: StageCache;
}

/** One model for each stage: its variables and usage plans are its own. */
export function readRestApis(
  app: AppTemplates,
  functions: FunctionCatalogue,
  usagePlans: UsagePlanCatalogue,
): RestApiModel[] {
  const apis = app.resourcesOf('AWS::ApiGateway::RestApi');
  nameForeignMethods(app, new Set(apis.map(referenceTo)));
  return apis.flatMap((api) => {
    if (!isServed(api)) {
      return [];
    }
    const stages = stagesOf(api, app);
    if (stages.length === 0) {
      api.unserved('it has no stage, so it has no URL');
    }
    const apiId = referenceTo(api);
    return stages
      .map((stage) => api.attempt(() => readRestApi(api, stage, app, functions), 'it is not served'))
      .filter((model) => model !== undefined)
      .map((model) => ({ ...model, usagePlans: usagePlans.of(apiId, model.stageName) }));
  });
}

function readRestApi(
  api: Resource,
  stage: Stage,
  app: AppTemplates,
  functions: FunctionCatalogue,
): Omit<RestApiModel, 'usagePlans'> {
  const id = referenceTo(api);
  const definition = definitionIn(api.properties) ?? {};
  const keySource = definition['x-amazon-apigateway-api-key-source'] ?? api.property('ApiKeySourceType');
  const mediaTypes = [api.property('BinaryMediaTypes'), definition['x-amazon-apigateway-binary-media-types']];
  return {
    id,
    logicalId: api.logicalId,
    path: api.path,
    name: nameOf(api),
    stageName: stage.name,
    stageVariables: stage.variables,
    apiKeySource: keySource === 'AUTHORIZER' ? 'AUTHORIZER' : 'HEADER',
    binaryMediaTypes: mediaTypes.flatMap(textList),
    methods: withCaching(readMethods(api, app, { functions, stageVariables: stage.variables }), stage.cache),
    gatewayResponses: readGatewayResponses(id, app),
    accessLog: stage.accessLog,
  };
}

function isServed(api: Resource): boolean {
  const definition = definitionIn(api.properties);
  if (api.raw('BodyS3Location') !== undefined || (api.raw('Body') !== undefined && definition === undefined)) {
    api.unserved('its OpenAPI definition is not in the template; inline definitions are served');
    return false;
  }
  if (api.raw('CloneFrom') !== undefined) {
    api.unserved('it is a clone of an API that is not known here');
    return false;
  }
  if (api.raw('Policy') !== undefined || definition?.['x-amazon-apigateway-policy'] !== undefined) {
    api.unserved('its resource policy is not applied: every caller is let in');
  }
  return true;
}

/** A stage is a resource of its own, or is made in passing by a deployment that names one. */
function stagesOf(api: Resource, app: AppTemplates): Stage[] {
  const apiId = referenceTo(api);
  // Stages come first: a deployment makes only the one that is not there.
  const stages = ['AWS::ApiGateway::Stage', 'AWS::ApiGateway::Deployment']
    .flatMap((type) => app.resourcesOf(type))
    .filter((resource) => apiIdOf(resource) === apiId)
    .map((resource) => resource.attempt(() => readStage(resource), 'it is not served'))
    .filter((stage) => stage !== undefined);
  return [...new Map(stages.toReversed().map((stage) => [stage.name, stage])).values()].toReversed();
}

function readStage(resource: Resource): Stage | undefined {
  const isStage = resource.type === 'AWS::ApiGateway::Stage';
  const name = isStage ? nameOf(resource) : text(resource.property('StageName'));
  if (name === undefined) {
    return undefined;
  }
  const settings = isStage ? resource : undefined;
  const methodSettings = list(settings?.property('MethodSettings')).map(object);
  if (methodSettings.some((setting) => setting.ThrottlingRateLimit !== undefined)) {
    resource.unserved('its throttle is not applied; those of usage plans are');
  }
  if (settings?.raw('CanarySetting') !== undefined) {
    resource.unserved('its canary gets no share of the requests');
  }
  const description = isStage ? {} : object(resource.property('StageDescription'));
  const setting = (property: string) => (isStage ? resource.raw(property) : description[property]);
  return {
    name,
    variables: textMap(resource.resolved(setting('Variables'))),
    accessLog: readAccessLog(resource, setting('AccessLogSetting')),
    cache: isStage ? readStageCache(resource) : undefined,
  };
}

/** Methods that the app adds to an API which it does not create. */
function nameForeignMethods(app: AppTemplates, apiIds: ReadonlySet<string>): void {
  for (const method of app.resourcesOf('AWS::ApiGateway::Method')) {
    const apiId = apiIdOf(method);
    if (apiId !== undefined && !apiIds.has(apiId)) {
      method.unserved('its REST API is not created by this app');
    }
  }
}
