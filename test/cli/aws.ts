import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the functions of a stack answer: a payload, or the message of an error. */
export type FunctionAnswers = Record<string, (event: Record<string, unknown>) => object | string>;

/** CloudFormation and Lambda, as far as the tool asks them, with one stack. */
export interface FakeAws {
  /** What was asked of functions, in order. */
  readonly invoked: { readonly name: string; readonly event: Record<string, unknown> }[];
  /** The Regions and access keys that requests were signed for. */
  readonly signedFor: Set<string>;
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function startAws(
  stack: { readonly name: string; readonly outputs: Readonly<Record<string, string>> },
  answers: FunctionAnswers,
): Promise<FakeAws> {
  const invoked: FakeAws['invoked'] = [];
  const signedFor = new Set<string>();
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    signedFor.add(
      /Credential=([^/]+\/\d+\/[^/]+)/.exec(request.headers.authorization ?? '')?.[1]?.replace(/\/\d+/, '') ?? '',
    );
    const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url ?? '') ?? [];
    if (name === undefined) {
      const asked = new URLSearchParams(body).get('StackName');
      response.writeHead(asked === stack.name ? 200 : 400, { 'Content-Type': 'text/xml' });
      response.end(asked === stack.name ? description(stack) : refusal(`Stack with id ${asked} does not exist`));
      return;
    }
    const event = JSON.parse(body);
    invoked.push({ name, event });
    const answer = answers[name]?.(event) ?? 'no such function';
    const failed = typeof answer === 'string';
    response.writeHead(200, {
      'Content-Type': 'application/json',
      ...(failed && { 'X-Amz-Function-Error': 'Unhandled' }),
    });
    response.end(JSON.stringify(failed ? { errorMessage: answer } : answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    invoked,
    signedFor,
    environment: {
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_MAX_ATTEMPTS: '1',
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function description({ name, outputs }: { name: string; outputs: Readonly<Record<string, string>> }): string {
  const members = Object.entries(outputs).map(
    ([key, value]) =>
      `<member><OutputKey>${key}</OutputKey><OutputValue>${value.replaceAll('"', '&quot;')}</OutputValue></member>`,
  );
  return `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks>
    <member><StackName>${name}</StackName><CreationTime>2026-11-01T00:00:00.000Z</CreationTime>
    <StackStatus>UPDATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs></member>
    </Stacks></DescribeStacksResult></DescribeStacksResponse>`;
}

function refusal(message: string): string {
  return `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type>
    <Code>ValidationError</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`;
}
