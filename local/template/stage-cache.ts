import type { MethodCacheModel, MethodModel } from './model';
import type { Resource } from './stack';
import { flag, type JsonObject, list, number, object, text } from './values';

/** What a stage says of its cache. */
export interface StageCache {
  /** Of all methods and of some, as they stand in the template. */
  readonly settings: readonly JsonObject[];
}

const DEFAULT_TTL = 300;

/** The cache of a stage; none where it has no cluster. */
export function readStageCache(stage: Resource): StageCache | undefined {
  const settings = list(stage.property('MethodSettings')).map(object);
  return flag(stage.property('CacheClusterEnabled')) ? { settings } : undefined;
}

/** Methods with how their answers are cached on a stage. */
export function withCaching(methods: readonly MethodModel[], stage: StageCache | undefined): MethodModel[] {
  return methods.map((method) => ({ ...method, cache: stage && cacheOf(method, stage) }));
}

/** Settings of a method's own stand in place of those of all methods, by which GET alone is cached. */
function cacheOf(method: MethodModel, { settings }: StageCache): MethodCacheModel | undefined {
  const path = `/${method.resourcePath === '/' ? '' : method.resourcePath.replaceAll('/', '~1')}`;
  const find = (resourcePath: string, httpMethod: string) =>
    settings.find((setting) => text(setting.ResourcePath) === resourcePath && text(setting.HttpMethod) === httpMethod);
  const own = find(path, method.httpMethod);
  const setting = own ?? (['GET', 'ANY'].includes(method.httpMethod) ? find('/*', '*') : undefined);
  const ttl = number(setting?.CacheTtlInSeconds) ?? DEFAULT_TTL;
  return flag(setting?.CachingEnabled) && ttl > 0 ? { ttlSeconds: ttl } : undefined;
}
