import { Duration } from 'aws-cdk-lib';
import type { CacheKey } from './cache-key';
import { CachedCost } from './cached-cost';
import type { CacheEntry } from './private/catalogue';
import { requireCacheTtl } from './private/validation';

/** Options of `RouteCache.perCustomer`. */
export interface RouteCacheOptions {
  /**
   * How long an answer is served from the cache, from one second to an hour.
   *
   * @default Duration.minutes(5)
   */
  readonly ttl?: Duration;

  /**
   * What of a request its answer depends on, besides the parameters of its path, which count always. What is not named here is not
   * looked at: two requests that differ in nothing else get one answer.
   *
   * @default - the parameters of the path
   */
  readonly keys?: CacheKey[];

  /**
   * What a call costs whose answer comes from the cache.
   *
   * @default CachedCost.full()
   */
  readonly cost?: CachedCost;

  /**
   * Whether answers are encrypted in the cache.
   *
   * @default true
   */
  readonly encrypted?: boolean;
}

/** Options of `RouteCache.shared`. */
export interface SharedRouteCacheOptions extends RouteCacheOptions {
  /**
   * Whether customers of several plans get the same answers, where `routePlans` names several for the route.
   *
   * @default false
   */
  readonly acrossPlans?: boolean;
}

/**
 * How answers of a route are kept in API Gateway's own cache. The authorizer is asked before the cache: whoever has no quota, or no key,
 * gets nothing out of it.
 */
export class RouteCache {
  /**
   * Each customer gets his own answers back, and nobody else's: a credential is part of what an answer is found by. So a new key, or a new
   * token, begins with an empty cache.
   */
  public static perCustomer(options: RouteCacheOptions = {}): RouteCache {
    return new RouteCache('RouteCache.perCustomer', options, false, false);
  }

  /** All customers get the answer that was made for the first of them: for what does not depend on who asks. */
  public static shared(options: SharedRouteCacheOptions = {}): RouteCache {
    return new RouteCache('RouteCache.shared', options, true, options.acrossPlans ?? false);
  }

  /** @internal */
  public readonly _ttl: Duration;
  /** @internal */
  public readonly _keys: readonly CacheKey[];
  /** @internal */
  public readonly _encrypted: boolean;
  /** @internal */
  public readonly _isFree: boolean;

  private constructor(
    /** @internal */
    public readonly _name: string,
    options: RouteCacheOptions,
    /** @internal */
    public readonly _isShared: boolean,
    /** @internal */
    public readonly _acrossPlans: boolean,
  ) {
    this._ttl = options.ttl ?? Duration.minutes(5);
    requireCacheTtl(`${_name}: ttl`, this._ttl);
    this._keys = options.keys ?? [];
    this._encrypted = options.encrypted ?? true;
    this._isFree = (options.cost ?? CachedCost.full())._isFree;
  }

  /**
   * As the authorizer reads it.
   *
   * @internal
   */
  public _render(): CacheEntry {
    const headers = this._keys.flatMap(({ _header }) => _header ?? []);
    return {
      ...(!this._isShared && { perCustomer: true }),
      ...(headers.length > 0 && { headers }),
      ...(this._isFree && { free: true }),
    };
  }
}
