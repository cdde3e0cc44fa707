import type { DoctorOutput, PaywallOutput } from '../../lib/private/operations-output';
import { CommandError, UsageError } from '../errors';

/** Paywalls among the values of a stack's outputs. */
export function paywallsIn(values: readonly (string | undefined)[]): PaywallOutput[] {
  return values.flatMap((value) => {
    const { paywall, operations, reconciler } = parse(value ?? '');
    return typeof paywall === 'string' && typeof operations === 'string' && typeof reconciler === 'string'
      ? [{ paywall, operations, reconciler }]
      : [];
  });
}

/** What `doctor` looks at of a paywall; nothing where a version without it was deployed. */
export function doctorOutputOf(paywall: string, values: readonly string[]): DoctorOutput | undefined {
  return values
    .map((value) => parse(value) as Partial<DoctorOutput>)
    .find((output): output is DoctorOutput => output.paywall === paywall && typeof output.table === 'string');
}

/**
 * The one that is wanted.
 *
 * @param where whose they are, for the messages: `the stack Weather`
 */
export function choosePaywall(
  found: readonly PaywallOutput[],
  wanted: string | undefined,
  where: string,
): PaywallOutput {
  if (found.length === 0) {
    throw new CommandError(`${where} has no paywall that can be found: deploy it with this version of cdk-paywall`);
  }
  const exact = found.filter(({ paywall }) => paywall === wanted);
  const named = wanted === undefined ? found : found.filter(({ paywall }) => `/${paywall}`.endsWith(`/${wanted}`));
  const [chosen, ...others] = exact.length > 0 ? exact : named;
  const paths = (paywalls: readonly PaywallOutput[]) => paywalls.map(({ paywall }) => paywall).join(', ');
  if (chosen === undefined) {
    throw new UsageError(`${where} has no paywall ${wanted}; name one of these by --paywall: ${paths(found)}`);
  }
  if (others.length > 0) {
    throw new UsageError(`${where} has several paywalls; name one by --paywall: ${paths([chosen, ...others])}`);
  }
  return chosen;
}

function parse(value: string): Partial<Record<keyof PaywallOutput | keyof DoctorOutput, unknown>> {
  try {
    return Object(JSON.parse(value));
  } catch {
    return {};
  }
}
