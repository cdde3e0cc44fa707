import type { ILogGroup } from 'aws-cdk-lib/aws-logs';

/** Options of `Refund.onServerError`. */
export interface RefundOnServerErrorOptions {
  /**
   * Whether to set the role by which API Gateway writes logs, which is one for the whole account and Region, where the API's own
   * construct does not (`cloudWatchRole`). Turn it off where another stack has set it.
   *
   * @default true
   */
  readonly cloudWatchRole?: boolean;

  /**
   * The log group that the stage writes its access log to, in the format of `Paywall.accessLogFormat()`; for a stage that is made elsewhere,
   * and cannot be given a log here.
   *
   * @default - the stage's own access log, or a new one where it has none
   */
  readonly accessLog?: ILogGroup;
}

/** What becomes of the units of a call that was charged and then not served. */
export class Refund {
  /**
   * They are given back, seconds later and once: where the backend answered with 5xx or not in time, and where API Gateway refused the
   * call after the authorizer had charged it (429, 400, 413). What is given back is told by the stage's access log, which is made
   * where the stage has none.
   */
  public static onServerError(options: RefundOnServerErrorOptions = {}): Refund {
    return new Refund(true, options.cloudWatchRole ?? true, options.accessLog);
  }

  /** They are spent. */
  public static none(): Refund {
    return new Refund(false, false);
  }

  private constructor(
    /** @internal */
    public readonly _onServerError: boolean,
    /** @internal */
    public readonly _cloudWatchRole: boolean,
    /** @internal */
    public readonly _accessLog?: ILogGroup,
  ) {}
}
