/** How the command-line tool finds a paywall: by the values of its stack's outputs, which are JSON. */

/** What every command needs. */
export interface PaywallOutput {
  /** The paywall's construct path. */
  readonly paywall: string;
  /** The name of the function that answers operators. */
  readonly operations: string;
  /** The name of the function that lists Stripe's events. */
  readonly reconciler: string;
}

/** What `doctor` looks at beside them: an output of its own, so that an address which is not known keeps no other command from working. */
export interface DoctorOutput {
  /** The paywall's construct path. */
  readonly paywall: string;
  /** The version of cdk-paywall that the stack was synthesized with. */
  readonly version: string;
  /** The table's name. */
  readonly table: string;
  /** The name of the function that takes Stripe's events; absent where they come by EventBridge. */
  readonly webhook?: string;
  /** The protected APIs, in their order; the first takes Stripe's events. */
  readonly apis: readonly ApiOutput[];
}

export interface ApiOutput {
  /** Without a slash at its end. */
  readonly url: string;
  /** The first segment of the billing routes' path. */
  readonly billingPath: string;
}
