import { Lazy, Stack, Token } from 'aws-cdk-lib';
import type { CfnMethod, CfnStage, IStage } from 'aws-cdk-lib/aws-apigateway';
import type { RouteCache } from '../route-cache';
import { keyHeaders } from './cache-headers';
import { type ApiEntry, type CacheEntry, routeKeys } from './catalogue';
import type { FoundMethod } from './protection';
import { covers, formatRoute, parseRoute, type Route } from './routes';
import { StageCache } from './stage-cache';

export interface CachingProps {
  readonly cache: { readonly [route: string]: RouteCache };
  readonly stage: IStage;
  readonly cacheClusterSize?: string;
  /** What the routes cost, and which plans include them. */
  readonly entry: Pick<ApiEntry, 'costs' | 'routePlans'>;
  /** Whether what is not served is given back, which is how a cached answer becomes free. */
  readonly givesBack: boolean;
}

/** Answers of a method that are cached. */
export interface CachedAnswers {
  /** What they are found by, in API Gateway's own names. */
  readonly parameters: readonly string[];
  /** Whether one customer gets what was made for another. */
  readonly isShared: boolean;
}

interface NamedCache {
  readonly route: Route;
  readonly cache: RouteCache;
}

/** Keeps answers of an API in its stage's cache as `cache` says, and refuses what would give away calls or answers. */
export class Caching {
  /** The routes that `cache` names. */
  public readonly routes: readonly Route[];
  private readonly named: readonly NamedCache[];
  private readonly cached = new Set<CfnMethod>();
  private readonly stage: StageCache;
  private readonly faults: string[] = [];

  constructor(private readonly props: CachingProps) {
    this.named = Object.entries(props.cache).map(([text, cache]) => ({ route: readRoute(text), cache }));
    this.routes = this.named.map(({ route }) => route);
    const unpaid = this.named.find(({ cache }) => cache._isFree && !props.givesBack);
    if (unpaid !== undefined) {
      throw new Error(
        `\`cache["${formatRoute(unpaid.route)}"]\` must not be CachedCost.free() where nothing is given back: leave out ` +
          `\`refund\`, got: Refund.none()`,
      );
    }
    if (props.cacheClusterSize !== undefined && this.named.length === 0) {
      throw new Error(
        `\`cacheClusterSize\` must be left out where \`cache\` names no route, got: "${props.cacheClusterSize}"`,
      );
    }
    this.stage = new StageCache(props.stage, this.named.length > 0, props.cacheClusterSize);
  }

  /** Whether calls are free that are answered from the cache, which the access log tells. */
  public get isFree(): boolean {
    return this.named.some(({ cache }) => cache._isFree);
  }

  /** As the authorizer reads it; nothing where no answer is cached. */
  public get entries(): Readonly<Record<string, CacheEntry>> | undefined {
    const entries = this.named.map(({ route, cache }) => [formatRoute(route), cache._render()] as const);
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }

  /** Takes in a stage of the API, as the aspect comes to it. */
  public seeStage(stage: CfnStage): void {
    this.stage.see(stage);
  }

  /**
   * Takes in a method of the API, and lets its answers be cached where `cache` names it.
   *
   * @returns nothing where its answers are not cached
   */
  public see(found: FoundMethod): CachedAnswers | undefined {
    const naming = this.named.filter(({ route }) => covers(route, found.route));
    const [first] = naming;
    if (first === undefined || found.access === 'preflight') {
      return undefined;
    }
    const faults = [...faultsOf(first, found, this.props.entry), ...twice(naming, found)];
    this.faults.push(...faults);
    if (faults.length > 0) {
      return undefined;
    }
    const parameters = keyParameters(first.cache, found.route);
    cacheBy(found.resource, parameters);
    this.cached.add(found.resource);
    this.stage.cache(found.route, first.cache);
    return { parameters, isShared: first.cache._isShared };
  }

  /** What only the finished app can tell; one message a fault. */
  public validate(found: readonly FoundMethod[]): string[] {
    const theirs = found.filter(({ access, resource }) => access !== 'preflight' && !this.cached.has(resource));
    return [...this.faults, ...this.stage.validate(theirs)];
  }
}

function readRoute(text: string): Route {
  const route = parseRoute('cache', text);
  if (route.httpMethod !== 'GET') {
    throw new Error(
      `\`cache\` must name routes of GET, which changes nothing and can be answered again, got: "${text}"`,
    );
  }
  return route;
}

function faultsOf({ route, cache }: NamedCache, found: FoundMethod, entry: CachingProps['entry']): string[] {
  const prop = `\`cache["${formatRoute(route)}"]\``;
  const method = formatRoute(found.route);
  const keys = routeKeys(found.route.httpMethod, found.route.resourcePath);
  const named = <T>(entries: Readonly<Record<string, T>>) =>
    keys.map((key) => entries[key]).find((value) => value !== undefined);
  const plans = named(entry.routePlans) ?? [];
  const faults: (string | undefined)[] = [
    found.route.httpMethod === 'GET'
      ? undefined
      : `${prop} must name methods GET, as others may not be answered again: declare GET by itself, got: "${method}"`,
    found.access === 'open' && !cache._isShared
      ? `${prop} must be RouteCache.shared() for an open route, whose callers are no customers, got: ${cache._name}() for "${method}"`
      : undefined,
    found.access === 'open' && cache._isFree
      ? `${prop} must have no \`cost\` for an open route, which costs nothing anyway, got: CachedCost.free() for "${method}"`
      : undefined,
    cache._isFree && typeof named(entry.costs) === 'object'
      ? `${prop} must be CachedCost.full() where the backend reports the cost, as two would settle one call, got: CachedCost.free() for "${method}"`
      : undefined,
    cache._isShared && !cache._acrossPlans && plans.length > 1
      ? `${prop} must say \`acrossPlans: true\` where \`routePlans\` has several plans for "${method}", whose customers would get one answer, got: ${JSON.stringify(plans)}`
      : undefined,
    ...missingParameters(cache, found.route).map(
      (name) =>
        `${prop} must have keys that the path has, which are ${JSON.stringify(pathParameters(found.route))} in "${method}", got: CacheKey.path("${name}")`,
    ),
    integrationFault(found.resource, prop, method),
  ];
  return faults.filter((fault) => fault !== undefined);
}

function twice(naming: readonly NamedCache[], found: FoundMethod): string[] {
  const routes = naming.map(({ route }) => formatRoute(route));
  return routes.length > 1
    ? [`\`cache\` must name "${formatRoute(found.route)}" once, got: ${JSON.stringify(routes)}`]
    : [];
}

/** What an integration may not be, or have, for its answers to be kept by us. */
function integrationFault({ integration }: CfnMethod, prop: string, method: string): string | undefined {
  if (integration === undefined || Token.isUnresolved(integration) || !('type' in integration)) {
    return `${prop} must name methods whose integration is defined in this app, got: "${method}"`;
  }
  const { type, responseTransferMode, cacheKeyParameters, cacheNamespace } = integration;
  if (type === 'MOCK') {
    return `${prop} must name methods that ask a backend, got: "${method}", which is a MOCK`;
  }
  if (responseTransferMode === 'STREAM') {
    return `${prop} must name methods whose answers come whole, as API Gateway caches no streams, got: "${method}", whose responseTransferMode is STREAM`;
  }
  const own = Object.entries({ cacheKeyParameters, cacheNamespace }).find(([, value]) => value !== undefined);
  return own === undefined
    ? undefined
    : `${prop} says what answers are found by, so the integration of "${method}" must have no ${own[0]}, got: ${JSON.stringify(own[1])}`;
}

function pathParameters({ resourcePath }: Route): string[] {
  return [...resourcePath.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name = '']) => name);
}

function missingParameters(cache: RouteCache, route: Route): string[] {
  const known = pathParameters(route);
  return cache._keys.flatMap(({ _pathParameter: name }) => (name === undefined || known.includes(name) ? [] : [name]));
}

/** In API Gateway's own names. */
function keyParameters(cache: RouteCache, route: Route): string[] {
  const headers = keyHeaders(cache._render()).map((name) => `method.request.header.${name}`);
  const path = pathParameters(route).map((name) => `method.request.path.${name}`);
  return [...new Set([...path, ...headers, ...cache._keys.flatMap(({ _parameters }) => _parameters)])];
}

/** A parameter can be a key only where the method declares it. */
function cacheBy(method: CfnMethod, parameters: readonly string[]): void {
  method.integration = {
    ...(method.integration as CfnMethod.IntegrationProperty),
    cacheKeyParameters: [...parameters],
  };
  const declared = method.requestParameters;
  const ours = Object.fromEntries(parameters.map((name) => [name, false]));
  method.requestParameters = Lazy.uncachedAny({
    produce: () => ({ ...ours, ...Stack.of(method).resolve(declared) }),
  });
}
