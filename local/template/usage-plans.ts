import type { AppTemplates } from './app-templates';
import { nameOf, referenceTo } from './attributes';
import type { ApiKeyModel, ApiStageModel, StagedUsagePlan, UsagePlanModel } from './model';
import { stableId } from './physical-names';
import type { Resource } from './stack';
import { flag, type JsonObject, list, number, object, text } from './values';

/** All API keys and usage plans of an app, and the plans by the stage of an API that they hold. */
export class UsagePlanCatalogue {
  readonly apiKeys: readonly ApiKeyModel[];
  readonly usagePlans: readonly StagedUsagePlan[];

  constructor(app: AppTemplates) {
    this.apiKeys = app
      .resourcesOf('AWS::ApiGateway::ApiKey')
      .map((resource) => resource.attempt(() => readKey(resource)))
      .filter((key) => key !== undefined);
    const keys = keysByPlan(app, new Map(this.apiKeys.map((key) => [key.id, key])));
    this.usagePlans = app
      .resourcesOf('AWS::ApiGateway::UsagePlan')
      .map((resource) => resource.attempt(() => readPlan(resource, keys.get(referenceTo(resource)) ?? [])))
      .filter((plan) => plan !== undefined);
  }

  of(apiId: string, stageName: string): UsagePlanModel[] {
    return this.usagePlans
      .filter(({ stages }) => stages.some((stage) => stage.apiId === apiId && stage.stage === stageName))
      .map(({ plan }) => plan);
  }
}

function readPlan(resource: Resource, keys: readonly ApiKeyModel[]): StagedUsagePlan {
  const stages = list(resource.property('ApiStages')).map(object);
  if (stages.some((stage) => Object.keys(object(stage.Throttle)).length > 0)) {
    resource.unserved('its throttles of single methods are not applied, only that of the whole plan');
  }
  const plan: UsagePlanModel = {
    id: referenceTo(resource),
    name: nameOf(resource),
    throttle: readThrottle(object(resource.property('Throttle'))),
    quota: readQuota(object(resource.property('Quota'))),
    keys,
  };
  return { plan, stages: stages.map(readStage) };
}

function readStage(stage: JsonObject): ApiStageModel {
  return { apiId: text(stage.ApiId) ?? '', stage: text(stage.Stage) ?? '' };
}

function readThrottle({ RateLimit, BurstLimit }: JsonObject): UsagePlanModel['throttle'] {
  const rateLimit = number(RateLimit);
  const burstLimit = number(BurstLimit);
  return rateLimit === undefined || burstLimit === undefined ? undefined : { rateLimit, burstLimit };
}

function readQuota({ Limit, Offset, Period }: JsonObject): UsagePlanModel['quota'] {
  const limit = number(Limit);
  if (limit === undefined || (Period !== 'DAY' && Period !== 'WEEK' && Period !== 'MONTH')) {
    return undefined;
  }
  return { limit, offset: number(Offset) ?? 0, period: Period };
}

function keysByPlan(app: AppTemplates, keys: ReadonlyMap<string, ApiKeyModel>): Map<string, ApiKeyModel[]> {
  const byPlan = new Map<string, ApiKeyModel[]>();
  for (const resource of app.resourcesOf('AWS::ApiGateway::UsagePlanKey')) {
    resource.attempt(() => {
      const key = keys.get(text(resource.property('KeyId')) ?? '');
      if (!key) {
        return resource.unserved('its API key is not created by this app');
      }
      const planId = text(resource.property('UsagePlanId')) ?? '';
      byPlan.set(planId, [...(byPlan.get(planId) ?? []), key]);
    });
  }
  return byPlan;
}

/** A key without a value of its own gets one that stays the same, so that a developer can keep using it. */
function readKey(resource: Resource): ApiKeyModel {
  const tags = list(resource.property('Tags')).map(object);
  return {
    id: referenceTo(resource),
    value: text(resource.property('Value')) ?? stableId(`${resource.stack.name}/${resource.logicalId}/value`, 40),
    enabled: flag(resource.property('Enabled')),
    name: nameOf(resource),
    description: text(resource.property('Description')),
    customerId: text(resource.property('CustomerId')),
    tags: Object.fromEntries(tags.map(({ Key, Value }) => [text(Key) ?? '', text(Value) ?? ''])),
  };
}
