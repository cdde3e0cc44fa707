import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type {
  OperationName,
  OperationResult,
  Operations,
  PaywallOutput,
  Reconciliation,
} from '../../lib/private/operations';
import { awsFailure, CommandError, UsageError } from '../errors';
import { deployedPaywalls } from './deployed';
import { localPaywalls } from './local';
import type { TargetOptions } from './options';
import { choosePaywall } from './paywalls';

/** Milliseconds: longer than any of the functions runs. */
const REQUEST_TIMEOUT = 660_000;

/** A paywall, deployed or local, as a command asks it. */
export interface Target {
  operate<Name extends OperationName>(
    operation: Name,
    request: Operations[Name]['request'],
  ): Promise<Operations[Name]['answer']>;

  reconcile(): Promise<Reconciliation>;
}

/** Finds the paywall that the options mean. @throws CommandError */
export async function openTarget(options: TargetOptions): Promise<Target> {
  // The SDK says at every start which Node.js it will need one day; here it is bundled, and stays as it is.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { stack, local, paywall } = options;
  if (stack === undefined && local === undefined) {
    throw new UsageError('name a deployed stack, --stack <name>, or the local gateway, --local');
  }
  const { paywalls, lambda } = await translated(() =>
    stack === undefined ? localPaywalls(local ?? '') : deployedPaywalls(stack, options),
  );
  const chosen = choosePaywall(paywalls, paywall, stack === undefined ? `the app at ${local}` : `the stack ${stack}`);
  const requestHandler = { requestTimeout: REQUEST_TIMEOUT, throwOnRequestTimeout: true, connectionTimeout: 10_000 };
  return new PaywallFunctions(new LambdaClient({ ...lambda, requestHandler }), chosen);
}

class PaywallFunctions implements Target {
  constructor(
    private readonly client: LambdaClient,
    private readonly paywall: PaywallOutput,
  ) {}

  public async operate<Name extends OperationName>(
    operation: Name,
    request: Operations[Name]['request'],
  ): Promise<Operations[Name]['answer']> {
    const result = await this.invoke<OperationResult<Name>>(this.paywall.operations, { operation, ...request });
    if ('refused' in result) {
      throw new CommandError(result.refused);
    }
    return result.answer;
  }

  public reconcile(): Promise<Reconciliation> {
    return this.invoke(this.paywall.reconciler, {});
  }

  private async invoke<Answer>(functionName: string, event: object): Promise<Answer> {
    const { FunctionError, Payload } = await translated(() =>
      this.client.send(new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) })),
    );
    const answer = JSON.parse(Buffer.from(Payload ?? []).toString());
    if (FunctionError !== undefined) {
      throw new CommandError(`the function ${functionName} failed: ${answer?.errorMessage ?? FunctionError}`);
    }
    return answer;
  }
}

/** What AWS refuses, or what keeps AWS from being asked, is told in a line. */
async function translated<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    const line = awsFailure(error);
    throw line === undefined ? error : new CommandError(line);
  }
}
