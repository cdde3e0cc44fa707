import { Duration } from 'aws-cdk-lib';
import { requireInteger } from './private/validation';

/** Options of `Metering.leased`. */
export interface LeasedMeteringOptions {
  /**
   * The most units that one execution environment of the authorizer takes in advance for one customer, between 1 and 10^6. It is
   * also the most that a customer can lose if that environment ends without notice.
   *
   * @default 1000
   */
  readonly maxBlock?: number;

  /**
   * How long units that were taken in advance are spent without asking the store, between 1 and 60 seconds: how late a revoked
   * key or a suspension takes effect for a caller who calls all the time.
   *
   * @default Duration.seconds(5)
   */
  readonly maxLife?: Duration;
}

/** How calls are counted. Either way no unit is ever granted twice. */
export class Metering {
  /** One conditional write for each call: nothing is ever held in advance. A customer is then limited to 1,000 calls a second. */
  public static exact(): Metering {
    return new Metering(undefined, undefined);
  }

  /**
   * Busy customers are counted in blocks of about one second of their own traffic, which cost a write each; slow ones, and
   * everybody for the last 256 units, call by call.
   */
  public static leased(options: LeasedMeteringOptions = {}): Metering {
    const maxBlock = options.maxBlock ?? 1_000;
    const maxLife = options.maxLife ?? Duration.seconds(5);
    requireInteger('Metering.leased: maxBlock', maxBlock, 1, 1_000_000);
    if (!maxLife.isUnresolved()) {
      requireInteger('Metering.leased: maxLife (milliseconds)', maxLife.toMilliseconds(), 1_000, 60_000);
    }
    return new Metering(maxBlock, maxLife);
  }

  private constructor(
    private readonly maxBlock: number | undefined,
    private readonly maxLife: Duration | undefined,
  ) {}

  /**
   * As the authorizer reads it.
   *
   * @internal
   */
  public _render(): Record<string, number> {
    return this.maxBlock === undefined || this.maxLife === undefined
      ? {}
      : { maxBlock: this.maxBlock, life: this.maxLife.toMilliseconds() };
  }
}
