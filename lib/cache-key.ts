import { Token } from 'aws-cdk-lib';
import { headerSpellings } from './private/cache-headers';

/** A part of a request that its answer depends on, for `RouteCache`. */
export class CacheKey {
  /**
   * A query parameter, with all of its values.
   *
   * @param name as callers write it: API Gateway tells upper from lower case
   */
  public static query(name: string): CacheKey {
    requireName('CacheKey.query', name);
    return new CacheKey('query', name, [`method.request.multivaluequerystring.${name}`]);
  }

  /**
   * A header. API Gateway tells upper from lower case there too: the name counts as it is given here, in lower case, in upper case, and
   * with a capital at the beginning of each word, and calls that spell it otherwise are answered with 401.
   *
   * @param name such as `Accept-Language`
   */
  public static header(name: string): CacheKey {
    requireName('CacheKey.header', name);
    const spellings = headerSpellings(name).map((spelling) => `method.request.header.${spelling}`);
    return new CacheKey('header', name, spellings);
  }

  /**
   * A parameter of the path. They are part of what an answer is found by anyway; to name one sees to it that the path has it.
   *
   * @param name without its braces: `city` of `/forecast/{city}`
   */
  public static path(name: string): CacheKey {
    requireName('CacheKey.path', name);
    return new CacheKey('path', name, [`method.request.path.${name}`]);
  }

  private constructor(
    private readonly position: 'query' | 'header' | 'path',
    private readonly name: string,
    /**
     * As API Gateway names them.
     *
     * @internal
     */
    public readonly _parameters: readonly string[],
  ) {}

  /** @internal */
  public get _header(): string | undefined {
    return this.position === 'header' ? this.name : undefined;
  }

  /** @internal */
  public get _pathParameter(): string | undefined {
    return this.position === 'path' ? this.name : undefined;
  }
}

/** The characters that API Gateway takes in the name of a parameter. */
function requireName(factory: string, name: string): void {
  if (Token.isUnresolved(name) || !/^[A-Za-z0-9._$-]{1,128}$/.test(name)) {
    throw new Error(
      `\`${factory}\` must get the name of a parameter, of letters, digits and . _ $ -, got: ${JSON.stringify(name)}`,
    );
  }
}
