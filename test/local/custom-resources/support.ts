import { runCustomResources } from '../../../local/custom-resources/custom-resources';
import { AsynchronousInvocations } from '../../../local/lambda/asynchronous-invocations';
import type { InvocationResult, LambdaRuntime } from '../../../local/lambda/runtime';
import type { CustomResourceModel, FunctionModel, UnservedResource } from '../../../local/template/model';
import { ManualTime } from '../logs/fake-lambda';

export const PROVIDER = 'arn:aws:lambda:eu-west-1:111122223333:function:provider';

/** CloudFormation's event, as far as tests look at it. */
export interface CloudFormationEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly ResourceType: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
  readonly OldResourceProperties?: Readonly<Record<string, unknown>>;
}

export function customResource(logicalId: string, props: Partial<CustomResourceModel> = {}): CustomResourceModel {
  return {
    path: `Stack/${logicalId}`,
    type: 'Custom::Thing',
    logicalId,
    stackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/Stack/local',
    serviceToken: PROVIDER,
    properties: { ServiceToken: PROVIDER, Name: logicalId },
    dependsOn: [],
    ...props,
  };
}

/** Puts a response as providers do, and gives the status that this is answered with. */
export async function respond(
  event: CloudFormationEvent,
  response: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const body = JSON.stringify({ StackId, RequestId, LogicalResourceId, ...response });
  return (await fetch(event.ResponseURL, { method: 'PUT', headers: { 'content-type': '' }, body })).status;
}

/** Provider and deployment: each `deploy` is a start. */
export class TestDeployment {
  readonly events: CloudFormationEvent[] = [];
  readonly reported: string[] = [];
  readonly time = new ManualTime();
  /** What the provider does; by default, it makes what is named by its logical id. */
  provide: (event: CloudFormationEvent) => Promise<unknown> = (event) =>
    respond(event, { Status: 'SUCCESS', PhysicalResourceId: `${event.LogicalResourceId}-id` });
  unserved: UnservedResource[] = [];
  functions = [{ arn: PROVIDER } as FunctionModel];

  constructor(private readonly dataDir?: string) {}

  async deploy(...customResources: CustomResourceModel[]): Promise<void> {
    const lambda: LambdaRuntime = {
      invoke: (_, event) => this.invoke(event as CloudFormationEvent),
      close: async () => undefined,
    };
    await runCustomResources({
      app: { customResources, functions: this.functions, unserved: this.unserved },
      invocations: new AsynchronousInvocations(lambda, { schedule: this.time.schedule }),
      apis: [{ model: { id: 'api1', stageName: 'prod' }, url: 'http://127.0.0.1:4020/prod/' }],
      dataDir: this.dataDir,
      report: (line) => this.reported.push(line),
      schedule: this.time.schedule,
    });
  }

  /** What was asked of the provider, such as `Create First`; forgotten then. */
  taken(): string[] {
    return this.events.splice(0).map(({ RequestType, LogicalResourceId }) => `${RequestType} ${LogicalResourceId}`);
  }

  private async invoke(event: CloudFormationEvent): Promise<InvocationResult> {
    this.events.push(event);
    try {
      await this.provide(event);
      return { ok: true, payload: null };
    } catch (error) {
      return { ok: false, errorType: 'Error', errorMessage: (error as Error).message };
    }
  }
}
