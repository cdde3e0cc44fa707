import { LOCAL_STACKS_PATH, type LocalStacks } from '../../local/local-stacks';
import { CommandError } from '../errors';
import type { FoundStack } from './found';

/** Milliseconds for an answer from this machine. */
const TIMEOUT = 10_000;

/** What a local gateway serves, and how its services are asked about it. */
export async function localStack(url: string): Promise<FoundStack> {
  const { Stacks, LambdaEndpoint, DynamoDbEndpoint, ApiGatewayEndpoint } = await discover(url);
  // Of no account: they never leave this machine.
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const at = (endpoint: string) => ({ endpoint, region: 'us-east-1', credentials });
  return {
    outputs: Stacks.flatMap(({ Outputs }) => Outputs.map(({ OutputValue }) => OutputValue)),
    lambda: at(LambdaEndpoint),
    dynamodb: at(DynamoDbEndpoint),
    apiGateway: at(ApiGatewayEndpoint),
  };
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
