import { CallerContext } from './caller-context';
import { requireDistinctHeaders, requireHeaderName } from './private/header-names';

/** Names of the headers that tell a backend who calls. */
export interface CallerHeaderNames {
  /**
   * Holds the customer's id.
   *
   * @default 'x-paywall-customer'
   */
  readonly customer?: string;

  /**
   * Holds the id of the customer's plan.
   *
   * @default 'x-paywall-plan'
   */
  readonly plan?: string;

  /**
   * Holds the units that are left after the call, or `unlimited`.
   *
   * @default 'x-paywall-remaining'
   */
  readonly remaining?: string;
}

/**
 * Headers by which backends learn who calls and on what terms, whatever the caller has sent in them. API Gateway sets them where it calls a
 * backend by HTTP (`HTTP_PROXY` and `HTTP` integrations). On open routes, where nobody is known, each of them is `-`.
 *
 * A Lambda function behind a proxy integration gets the caller's own headers: it is to read the authorizer's context instead, for which
 * `cdk-paywall/backend` has `paywallCaller(event)`. What other integrations of AWS get is what their request templates say: see `CallerContext`.
 */
export class CallerHeaders {
  /** Under names of one's own; the others keep theirs. */
  public static named(names: CallerHeaderNames = {}): CallerHeaders {
    const { customer = 'x-paywall-customer', plan = 'x-paywall-plan', remaining = 'x-paywall-remaining' } = names;
    const headers = { customer, plan, remaining };
    for (const [member, name] of Object.entries(headers)) {
      requireHeaderName(`CallerHeaders.named: ${member}`, name);
    }
    requireDistinctHeaders('CallerHeaders.named', Object.values(headers));
    return new CallerHeaders([
      [customer, CallerContext.CUSTOMER],
      [plan, CallerContext.PLAN],
      [remaining, CallerContext.REMAINING],
    ]);
  }

  /** Backends are told nothing, and headers of these names that a caller sends reach them like any other. */
  public static none(): CallerHeaders {
    return new CallerHeaders([]);
  }

  private constructor(
    /**
     * The headers, and what they tell.
     *
     * @internal
     */
    public readonly _headers: (readonly [string, CallerContext])[],
  ) {}
}
