import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { OperationName, OperationResult, Operations, Reconciliation } from '../../lib/private/operations';
import type { DoctorOutput, PaywallOutput } from '../../lib/private/operations-output';
import { awsFailure, CommandError, UsageError } from '../errors';
import { deployedStack } from './deployed';
import type { FoundStack } from './found';
import { localStack } from './local';
import type { TargetOptions } from './options';
import { choosePaywall, doctorOutputOf, paywallsIn } from './paywalls';

/** Milliseconds: longer than any of the functions runs. */
const REQUEST_TIMEOUT = 660_000;

/** A paywall, deployed or local, as a command asks it. */
export interface Target {
  operate<Name extends OperationName>(
    operation: Name,
    request: Operations[Name]['request'],
  ): Promise<Operations[Name]['answer']>;

  reconcile(): Promise<Reconciliation>;

  /** Invokes a function of the paywall's by its name. @throws CommandError */
  invoke<Answer>(functionName: string, event: object): Promise<Answer>;
}

/** A paywall, and all that is known of where it is. */
export interface FoundPaywall {
  readonly target: Target;
  readonly stack: FoundStack;
  readonly paywall: PaywallOutput;
  /** Absent where a version without it was deployed. */
  readonly doctor?: DoctorOutput;
}

/** Finds the paywall that the options mean. @throws CommandError */
export async function openTarget(options: TargetOptions): Promise<Target> {
  return (await findPaywall(options)).target;
}

/** Finds the paywall that the options mean, and what its stack tells of it. @throws CommandError */
export async function findPaywall(options: TargetOptions): Promise<FoundPaywall> {
  // The SDK says at every start which Node.js it will need one day; here it is bundled, and stays as it is.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { stack, local, paywall } = options;
  if (stack === undefined && local === undefined) {
    throw new UsageError('name a deployed stack, --stack <name>, or the local gateway, --local');
  }
  const found = await translated(() => (stack === undefined ? localStack(local ?? '') : deployedStack(stack, options)));
  const where = stack === undefined ? `the app at ${local}` : `the stack ${stack}`;
  const chosen = choosePaywall(paywallsIn(found.outputs), paywall, where);
  const requestHandler = { requestTimeout: REQUEST_TIMEOUT, throwOnRequestTimeout: true, connectionTimeout: 10_000 };
  const target = new PaywallFunctions(new LambdaClient({ ...found.lambda, requestHandler }), chosen);
  return { target, stack: found, paywall: chosen, doctor: doctorOutputOf(chosen.paywall, found.outputs) };
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

  public async invoke<Answer>(functionName: string, event: object): Promise<Answer> {
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
