/** What becomes of bought units whose money has gone back. */
export class Clawback {
  /**
   * They are taken back as far as they are unspent, in the measure of the money: by a refund for good, by a dispute until it is won.
   * What was spent is owed, and settled by the next units that are bought. A plan's own units go with its subscription.
   */
  public static credits(): Clawback {
    return new Clawback(true);
  }

  /** They stay the customer's. */
  public static none(): Clawback {
    return new Clawback(false);
  }

  private constructor(
    /** @internal */
    public readonly _credits: boolean,
  ) {}
}
