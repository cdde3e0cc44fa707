import { Lazy, Stack } from 'aws-cdk-lib';
import type { CfnStage, IStage } from 'aws-cdk-lib/aws-apigateway';
import { CacheClusterSize } from '../cache-cluster-size';
import type { RouteCache } from '../route-cache';
import type { FoundMethod } from './protection';
import { formatRoute, type Route } from './routes';
import { stageResource } from './stage-access-log';

type MethodSetting = CfnStage.MethodSettingProperty;

/** All methods of all resources, whose settings count where a method has none of its own. */
const EVERY_METHOD = { resourcePath: '/*', httpMethod: '*' };

/** The cache of an API's stage, and what of it the app itself has turned on. */
export class StageCache {
  private readonly cached: MethodSetting[] = [];
  private readonly own = new Map<CfnStage, readonly MethodSetting[]>();

  private readonly stage?: CfnStage;

  constructor(
    apiStage: IStage,
    private readonly isUsed: boolean,
    size: string | undefined,
  ) {
    const stage = stageResource(apiStage);
    this.stage = stage;
    if (!isUsed) {
      return;
    }
    if (stage === undefined) {
      throw new Error(`\`cache\` needs a stage that is made in this app, got: ${apiStage.node.path}`);
    }
    const { cacheClusterEnabled, cacheClusterSize } = stage;
    if (cacheClusterEnabled === false) {
      throw new Error(
        `\`cache\` needs the cache of ${stage.node.path}: leave out cacheClusterEnabled, got: ${cacheClusterEnabled}`,
      );
    }
    if (size !== undefined && cacheClusterSize !== undefined && cacheClusterSize !== size) {
      throw new Error(
        `\`cacheClusterSize\` must be what ${stage.node.path} says, which is "${cacheClusterSize}", or be left out, got: "${size}"`,
      );
    }
    stage.cacheClusterEnabled = true;
    stage.cacheClusterSize = size ?? cacheClusterSize ?? CacheClusterSize.GB_0_5;
  }

  /** Notes what the app has set on a stage, and adds to it what `cache` says, as soon as that is known. */
  public see(stage: CfnStage): void {
    if (this.own.has(stage)) {
      return;
    }
    const own = (Stack.of(stage).resolve(stage.methodSettings) ?? []) as readonly MethodSetting[];
    this.own.set(stage, own);
    const { cacheClusterEnabled } = stage;
    if (cacheClusterEnabled !== undefined && cacheClusterEnabled !== false) {
      const cached = stage === this.stage ? this.cached : [];
      stage.methodSettings = Lazy.uncachedAny({ produce: () => mergeSettings(own, cached) });
    }
  }

  /** Lets the answers of a method be cached. */
  public cache(route: Route, { _ttl, _encrypted }: RouteCache): void {
    this.cached.push({
      ...settingOf(route),
      cachingEnabled: true,
      cacheTtlInSeconds: _ttl.toSeconds(),
      cacheDataEncrypted: _encrypted,
    });
  }

  /** What the app has cached itself, by settings that know nothing of customers. */
  public validate(methods: readonly FoundMethod[]): string[] {
    return [...this.own].flatMap(([stage, settings]) =>
      settings
        .filter(({ cachingEnabled }) => cachingEnabled !== undefined && cachingEnabled !== false)
        .flatMap((setting) => this.faultOf(stage, setting, methods) ?? []),
    );
  }

  private faultOf(stage: CfnStage, setting: MethodSetting, methods: readonly FoundMethod[]): string | undefined {
    const got = `got: cachingEnabled for "${setting.resourcePath}/${setting.httpMethod}"`;
    const where = `\`cache\` must say what is cached of a protected API, and not the methodSettings of ${stage.node.path}`;
    if (this.isUsed && this.cached.some((cached) => isFor(setting, cached))) {
      return `${where}, ${got}`;
    }
    const theirs = methods.find(({ access, route }) => access !== 'open' && isFor(setting, settingOf(route)));
    return theirs === undefined
      ? undefined
      : `${where}, where answers of "${formatRoute(theirs.route)}" would go to other customers than they were made for, ${got}`;
  }
}

/** A method in a stage's settings: slashes of its path are written as `~1`. */
function settingOf({ httpMethod, resourcePath }: Route): { httpMethod: string; resourcePath: string } {
  return { httpMethod, resourcePath: `/${resourcePath.slice(1) === '' ? '' : resourcePath.replaceAll('/', '~1')}` };
}

function isFor(setting: MethodSetting, method: MethodSetting): boolean {
  const { resourcePath = '/*', httpMethod = '*' } = setting;
  return (
    (resourcePath === EVERY_METHOD.resourcePath || resourcePath === method.resourcePath) &&
    (httpMethod === EVERY_METHOD.httpMethod || httpMethod === method.httpMethod)
  );
}

function isSame(one: MethodSetting, other: MethodSetting): boolean {
  return one.resourcePath === other.resourcePath && one.httpMethod === other.httpMethod;
}

/**
 * A stage with a cache may cache every GET, of which AWS says two things, so it is told that it does not. And a method that has settings of
 * its own gets nothing from those of all methods, so they are repeated.
 */
function mergeSettings(own: readonly MethodSetting[], cached: readonly MethodSetting[]): MethodSetting[] {
  const every = { cachingEnabled: false, ...own.find((setting) => isSame(setting, EVERY_METHOD)), ...EVERY_METHOD };
  const others = own.filter((setting) => ![EVERY_METHOD, ...cached].some((method) => isSame(method, setting)));
  const ours = cached.map((method) => {
    return { ...every, ...own.find((setting) => isSame(setting, method)), ...method };
  });
  return [every, ...others, ...ours];
}
