import type { LambdaClientConfig } from '@aws-sdk/client-lambda';
import type { PaywallOutput } from '../../lib/private/operations';
import { LOCAL_STACKS_PATH, type LocalStacks } from '../../local/local-stacks';
import { CommandError } from '../errors';
import { paywallsIn } from './paywalls';

/** Milliseconds for an answer from this machine. */
const TIMEOUT = 10_000;

/** The paywalls that a local gateway serves, and how their functions are asked. */
export async function localPaywalls(
  url: string,
): Promise<{ readonly paywalls: readonly PaywallOutput[]; readonly lambda: LambdaClientConfig }> {
  const { Stacks, LambdaEndpoint } = await discover(url);
  const values = Stacks.flatMap(({ Outputs }) => Outputs.map(({ OutputValue }) => OutputValue));
  const lambda = {
    endpoint: LambdaEndpoint,
    region: 'us-east-1',
    // Of no account: they never leave this machine.
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  return { paywalls: paywallsIn(values), lambda };
}

async function discover(url: string): Promise<LocalStacks> {
  let response: Response;
  try {
    response = await fetch(new URL(LOCAL_STACKS_PATH, url), { signal: AbortSignal.timeout(TIMEOUT) });
  } catch {
    throw new CommandError(`no local gateway answers at ${url}: start it with \`cdk-paywall dev\``);
  }
  const stacks = (await response.json().catch(() => undefined)) as Partial<LocalStacks> | undefined;
  if (!response.ok || !Array.isArray(stacks?.Stacks)) {
    throw new CommandError(`what answers at ${url} is no local gateway of this version: it says ${response.status}`);
  }
  return stacks as LocalStacks;
}
