import { CloudFormationClient, DescribeStacksCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import type { FoundStack } from './found';
import type { TargetOptions } from './options';

/** What is known of a deployed stack, and how AWS is asked about it. */
export async function deployedStack(stack: string, { region, profile }: TargetOptions): Promise<FoundStack> {
  if (profile !== undefined) {
    // The profile that is named counts, as with the AWS CLI, and not the credentials of the environment.
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) {
      delete process.env[name];
    }
  }
  const config = { ...(region !== undefined && { region }), ...(profile !== undefined && { profile }) };
  const asking = async <Answer>(ask: (client: CloudFormationClient) => Promise<Answer>) => {
    const client = new CloudFormationClient(config);
    try {
      return await ask(client);
    } finally {
      client.destroy();
    }
  };
  const { Stacks = [] } = await asking((client) => client.send(new DescribeStacksCommand({ StackName: stack })));
  return {
    outputs: Stacks.flatMap(({ Outputs = [] }) => Outputs.map(({ OutputValue = '' }) => OutputValue)),
    lambda: config,
    dynamodb: config,
    apiGateway: config,
    template: async () => {
      const { TemplateBody } = await asking((client) => client.send(new GetTemplateCommand({ StackName: stack })));
      return TemplateBody;
    },
  };
}
