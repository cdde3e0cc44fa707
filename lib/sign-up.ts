import type { SignUpEntry } from './private/catalogue';
import { requireInteger } from './private/validation';

/** Options of `SignUp.open`. */
export interface OpenSignUpOptions {
  /**
   * New customers a source address may make an hour by the clock, between 1 and 10^6. Addresses of IPv6 count by their /64, which is
   * what one subscriber has.
   *
   * @default 5
   */
  readonly perHour?: number;
}

/** How new customers come. */
export class SignUp {
  /** Through Checkout, which collects the e-mail address; free plans too. */
  public static checkout(): SignUp {
    return new SignUp({ kind: 'checkout' });
  }

  /**
   * For sandboxes: `POST sign-up` gives anybody a customer on the default plan and a key at once, and Checkout is open as well. It is
   * limited by the source address that API Gateway sees, and by nothing else: behind a proxy of your own, all callers share one.
   */
  public static open(options: OpenSignUpOptions = {}): SignUp {
    const perHour = options.perHour ?? 5;
    requireInteger('SignUp.open: perHour', perHour, 1, 1_000_000);
    return new SignUp({ kind: 'open', perHour });
  }

  /** Not by themselves: the operator issues keys. Customers who have one buy as ever. */
  public static closed(): SignUp {
    return new SignUp({ kind: 'closed' });
  }

  private constructor(
    /**
     * As the billing routes read it.
     *
     * @internal
     */
    public readonly _entry: SignUpEntry,
  ) {}
}
