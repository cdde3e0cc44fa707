import type { StagedUsagePlan } from '../template/model';
import { isObject, type JsonObject, list, object } from '../template/values';
import type { ApiKey, ApiKeyChanges, ApiKeyRegistry } from './api-key-registry';
import { badRequest, ControlPlaneError } from './errors';
import { page } from './page';

/** A request whose operation is known. */
export interface OperationRequest {
  readonly registry: ApiKeyRegistry;
  /** The ids in the path, in their order. */
  readonly ids: readonly string[];
  readonly query: URLSearchParams;
  readonly body: JsonObject;
}

export interface Operation {
  readonly name: string;
  readonly statusCode: number;
  readonly perform: (request: OperationRequest) => unknown;
}

type Route = Operation & { readonly method: string; readonly path: RegExp };

const API_KEYS = /^\/apikeys$/;
const API_KEY = /^\/apikeys\/([^/]+)$/;
const USAGE_PLANS = /^\/usageplans$/;
const USAGE_PLAN = /^\/usageplans\/([^/]+)$/;
const USAGE_PLAN_KEYS = /^\/usageplans\/([^/]+)\/keys$/;
const USAGE_PLAN_KEY = /^\/usageplans\/([^/]+)\/keys\/([^/]+)$/;

const ROUTES: readonly Route[] = [
  { name: 'CreateApiKey', method: 'POST', path: API_KEYS, statusCode: 201, perform: createApiKey },
  { name: 'GetApiKeys', method: 'GET', path: API_KEYS, statusCode: 200, perform: getApiKeys },
  { name: 'GetApiKey', method: 'GET', path: API_KEY, statusCode: 200, perform: getApiKey },
  { name: 'UpdateApiKey', method: 'PATCH', path: API_KEY, statusCode: 200, perform: updateApiKey },
  { name: 'DeleteApiKey', method: 'DELETE', path: API_KEY, statusCode: 202, perform: deleteApiKey },
  { name: 'GetUsagePlans', method: 'GET', path: USAGE_PLANS, statusCode: 200, perform: getUsagePlans },
  { name: 'GetUsagePlan', method: 'GET', path: USAGE_PLAN, statusCode: 200, perform: getUsagePlan },
  { name: 'CreateUsagePlanKey', method: 'POST', path: USAGE_PLAN_KEYS, statusCode: 201, perform: createUsagePlanKey },
  { name: 'GetUsagePlanKeys', method: 'GET', path: USAGE_PLAN_KEYS, statusCode: 200, perform: getUsagePlanKeys },
  { name: 'GetUsagePlanKey', method: 'GET', path: USAGE_PLAN_KEY, statusCode: 200, perform: getUsagePlanKey },
  { name: 'DeleteUsagePlanKey', method: 'DELETE', path: USAGE_PLAN_KEY, statusCode: 202, perform: deleteUsagePlanKey },
];

export function findOperation(
  method: string,
  { pathname, searchParams }: URL,
): { readonly operation: Operation; readonly ids: readonly string[] } {
  // ImportApiKeys is CreateApiKey's path with a mode.
  const candidates = searchParams.has('mode') ? [] : ROUTES.filter((route) => route.method === method);
  for (const operation of candidates) {
    const match = operation.path.exec(pathname);
    if (match !== null) {
      return { operation, ids: match.slice(1) };
    }
  }
  throw new ControlPlaneError('UnknownOperationException', `this local service has no ${method} ${pathname}`);
}

function createApiKey({ registry, body }: OperationRequest) {
  if (list(body.stageKeys).length > 0) {
    throw badRequest('stage keys are not served: put the API key into a usage plan');
  }
  const created = registry.create({
    name: textOf(body, 'name'),
    description: textOf(body, 'description'),
    value: textOf(body, 'value'),
    customerId: textOf(body, 'customerId'),
    enabled: flagOf(body, 'enabled') ?? false,
    tags: tagsOf(body),
  });
  return apiKeyShape(created, true);
}

function getApiKeys({ registry, query }: OperationRequest) {
  const name = query.get('name') ?? '';
  const customerId = query.get('customerId');
  const found = [...registry.apiKeys].filter(
    (key) => isNamed(key, name) && (customerId === null || key.customerId === customerId),
  );
  return page(found, query, (key) => apiKeyShape(key, query.get('includeValues') === 'true'));
}

function getApiKey({ registry, ids: [id = ''], query }: OperationRequest) {
  return apiKeyShape(registry.get(id), query.get('includeValue') === 'true');
}

function updateApiKey({ registry, ids: [id = ''], body }: OperationRequest) {
  const changes = list(body.patchOperations).map(object).map(changeOf);
  return apiKeyShape(registry.update(id, Object.assign({}, ...changes)), false);
}

function deleteApiKey({ registry, ids: [id = ''] }: OperationRequest) {
  registry.delete(id);
}

function getUsagePlans({ registry, query }: OperationRequest) {
  const keyId = query.get('keyId');
  const plans = keyId === null ? registry.usagePlans : registry.usagePlansOf(keyId);
  return page(plans.map(usagePlanShape), query, (plan) => plan);
}

function getUsagePlan({ registry, ids: [planId = ''] }: OperationRequest) {
  return usagePlanShape(registry.usagePlan(planId));
}

function createUsagePlanKey({ registry, ids: [planId = ''], body }: OperationRequest) {
  const keyType = textOf(body, 'keyType');
  if (keyType !== 'API_KEY') {
    throw badRequest(`the type of a usage plan key must be API_KEY, got: ${keyType}`);
  }
  return usagePlanKeyShape(registry.addToPlan(planId, textOf(body, 'keyId') ?? ''));
}

function getUsagePlanKeys({ registry, ids: [planId = ''], query }: OperationRequest) {
  const name = query.get('name') ?? '';
  const found = registry.keysInPlan(planId).filter((key) => isNamed(key, name));
  return page(found, query, usagePlanKeyShape);
}

function getUsagePlanKey({ registry, ids: [planId = '', keyId = ''] }: OperationRequest) {
  return usagePlanKeyShape(registry.keyInPlan(planId, keyId));
}

function deleteUsagePlanKey({ registry, ids: [planId = '', keyId = ''] }: OperationRequest) {
  registry.removeFromPlan(planId, keyId);
}

function isNamed({ name = '' }: ApiKey, query: string): boolean {
  return name.startsWith(query);
}

function changeOf({ op, path, value }: JsonObject): ApiKeyChanges {
  if (op !== 'replace') {
    throw badRequest(`Invalid patch operation specified. Must be one of: [replace], got: ${op}`);
  }
  switch (path) {
    case '/enabled':
      if (value !== 'true' && value !== 'false') {
        throw badRequest(`the value for /enabled must be true or false, got: ${value}`);
      }
      return { enabled: value === 'true' };
    case '/name':
    case '/description':
    case '/customerId':
      return { [path.slice(1)]: typeof value === 'string' ? value : '' };
    default:
      throw badRequest(
        `Invalid patch path '${path}' specified for op 'replace'. Must be one of: [/name, /description, /enabled, /customerId]`,
      );
  }
}

function apiKeyShape(key: ApiKey, includeValue: boolean) {
  const { id, value, name, description, enabled, customerId, tags, createdAt, lastUpdatedAt } = key;
  return {
    id,
    ...(includeValue && { value }),
    name,
    description,
    enabled,
    customerId,
    createdDate: seconds(createdAt),
    lastUpdatedDate: seconds(lastUpdatedAt),
    stageKeys: [],
    tags,
  };
}

function usagePlanKeyShape({ id, value, name }: ApiKey) {
  return { id, type: 'API_KEY', value, name };
}

function usagePlanShape({ plan: { id, name, throttle, quota }, stages: apiStages }: StagedUsagePlan) {
  return { id, name, apiStages, throttle, quota };
}

function seconds(millis: number): number {
  return Math.floor(millis / 1000);
}

function textOf(body: JsonObject, name: string): string | undefined {
  const value = body[name] ?? undefined;
  if (value !== undefined && typeof value !== 'string') {
    throw malformed(`${name} is no string`);
  }
  return value;
}

function flagOf(body: JsonObject, name: string): boolean | undefined {
  const value = body[name] ?? undefined;
  if (value !== undefined && typeof value !== 'boolean') {
    throw malformed(`${name} is no boolean`);
  }
  return value;
}

function tagsOf({ tags }: JsonObject): Record<string, string> | undefined {
  if (tags === undefined || tags === null) {
    return undefined;
  }
  if (!isObject(tags) || Object.values(tags).some((value) => typeof value !== 'string')) {
    throw malformed('tags is no map of strings');
  }
  return tags as Record<string, string>;
}

export function malformed(message: string): ControlPlaneError {
  return new ControlPlaneError('SerializationException', message);
}
