import type { AppTemplates } from './app-templates';
import { nameOf, referenceTo } from './attributes';
import type { UsagePlanModel } from './model';
import { stableId } from './physical-names';
import type { Resource } from './stack';
import { flag, type JsonObject, list, number, object, text } from './values';

type ApiKey = UsagePlanModel['keys'][number];

/** A usage plan, and the stages that it holds. */
interface StagedPlan {
  readonly plan: UsagePlanModel;
  readonly stages: readonly string[];
}

/** All usage plans of an app, by the stage of an API that they hold. */
export class UsagePlanCatalogue {
  private readonly plans: readonly StagedPlan[];

  constructor(app: AppTemplates) {
    const keys = keysByPlan(app);
    this.plans = app
      .resourcesOf('AWS::ApiGateway::UsagePlan')
      .map((resource) => resource.attempt(() => readPlan(resource, keys.get(referenceTo(resource)) ?? [])))
      .filter((plan) => plan !== undefined);
  }

  of(apiId: string, stageName: string): UsagePlanModel[] {
    return this.plans.filter(({ stages }) => stages.includes(stageKey(apiId, stageName))).map(({ plan }) => plan);
  }
}

function readPlan(resource: Resource, keys: readonly ApiKey[]): StagedPlan {
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
  return { plan, stages: stages.map((stage) => stageKey(text(stage.ApiId) ?? '', text(stage.Stage) ?? '')) };
}

function stageKey(apiId: string, stageName: string): string {
  return `${apiId}/${stageName}`;
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

function keysByPlan(app: AppTemplates): Map<string, ApiKey[]> {
  const keys = new Map<string, ApiKey>();
  for (const resource of app.resourcesOf('AWS::ApiGateway::ApiKey')) {
    const key = resource.attempt(() => readKey(resource));
    if (key) {
      keys.set(key.id, key);
    }
  }
  const byPlan = new Map<string, ApiKey[]>();
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
function readKey(resource: Resource): ApiKey {
  return {
    id: referenceTo(resource),
    value: text(resource.property('Value')) ?? stableId(`${resource.stack.name}/${resource.logicalId}/value`, 40),
    enabled: flag(resource.property('Enabled')),
  };
}
