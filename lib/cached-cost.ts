/** What a call costs whose answer comes from the cache. */
export class CachedCost {
  /** What the route costs, as if its backend had answered. */
  public static full(): CachedCost {
    return new CachedCost(false);
  }

  /**
   * Nothing, in the end: the call is charged before the cache is asked, and what it cost is given back seconds later, as it is for a call
   * that was not served. So a call needs as many units as the route costs, and gets them back.
   */
  public static free(): CachedCost {
    return new CachedCost(true);
  }

  private constructor(
    /** @internal */
    public readonly _isFree: boolean,
  ) {}
}
