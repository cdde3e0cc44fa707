import { LambdaError } from './lambda-error';
import type { ConfigurableRuntime } from './runtime';

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const NAME = /^[A-Za-z]\w+$/;

/** What may be changed of a function that runs: everything else is the template's. */
const CHANGEABLE = new Set(['FunctionName', 'Environment', 'RevisionId']);

/** What GetFunctionConfiguration tells. */
export function readConfiguration(runtime: ConfigurableRuntime, functionArn: string): object {
  const { fn, revisionId } = runtime.configuration(functionArn);
  return {
    FunctionName: fn.name,
    FunctionArn: fn.arn,
    Runtime: fn.runtime,
    Handler: fn.handler,
    Timeout: fn.timeoutSeconds,
    MemorySize: fn.memoryMegabytes,
    Version: '$LATEST',
    Environment: { Variables: fn.environment },
    RevisionId: revisionId,
    State: 'Active',
    LastUpdateStatus: 'Successful',
  };
}

/** UpdateFunctionConfiguration, of environment variables: it is done when it answers. */
export function updateConfiguration(runtime: ConfigurableRuntime, functionArn: string, input: unknown): object {
  const asked = Object(input) as Record<string, unknown>;
  const unknown = Object.keys(asked).find((name) => !CHANGEABLE.has(name));
  if (unknown !== undefined) {
    throw invalid(`this local service changes the Environment of a function and nothing else, got: ${unknown}`);
  }
  if (asked.RevisionId !== undefined && asked.RevisionId !== runtime.configuration(functionArn).revisionId) {
    const message = 'The Revision Id provided does not match the latest Revision Id. Call the GetFunction API again.';
    throw new LambdaError('PreconditionFailedException', message);
  }
  if (asked.Environment !== undefined) {
    runtime.configure(functionArn, variablesOf(asked.Environment));
  }
  return readConfiguration(runtime, functionArn);
}

function variablesOf(environment: unknown): Record<string, string> {
  const variables: Record<string, unknown> = Object(Object(environment).Variables);
  const wrong = Object.entries(variables).find(([name, value]) => !NAME.test(name) || typeof value !== 'string');
  if (wrong !== undefined) {
    throw invalid(`an environment variable must be a text with a name of letters, digits and _, got: ${wrong[0]}`);
  }
  return variables as Record<string, string>;
}

function invalid(message: string): LambdaError {
  return new LambdaError('InvalidParameterValueException', message);
}
