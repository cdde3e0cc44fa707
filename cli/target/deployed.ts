import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { LambdaClientConfig } from '@aws-sdk/client-lambda';
import type { PaywallOutput } from '../../lib/private/operations';
import type { TargetOptions } from './options';
import { paywallsIn } from './paywalls';

/** The paywalls of a deployed stack, and how its functions are asked. */
export async function deployedPaywalls(
  stack: string,
  { region, profile }: TargetOptions,
): Promise<{ readonly paywalls: readonly PaywallOutput[]; readonly lambda: LambdaClientConfig }> {
  if (profile !== undefined) {
    // The profile that is named counts, as with the AWS CLI, and not the credentials of the environment.
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) {
      delete process.env[name];
    }
  }
  const config = { ...(region !== undefined && { region }), ...(profile !== undefined && { profile }) };
  const client = new CloudFormationClient(config);
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    const values = Stacks.flatMap(({ Outputs = [] }) => Outputs.map(({ OutputValue }) => OutputValue));
    return { paywalls: paywallsIn(values), lambda: config };
  } finally {
    client.destroy();
  }
}
