/** What the tool ends with. */
export const ExitCode = {
  OK: 0,
  /** What was asked for could not be done, or not all of it. */
  FAILED: 1,
  /** It was not asked for as it should be. */
  USAGE: 2,
} as const;

/** What the user can mend, or must know: told in one line, without a stack. */
export class CommandError extends Error {
  public readonly exitCode: number = ExitCode.FAILED;
}

/** Told like any other, with an exit code of its own. */
export class UsageError extends CommandError {
  public override readonly exitCode = ExitCode.USAGE;
}

/** An error of the AWS SDK's as one line; nothing where the error is of another kind. */
export function awsFailure(error: unknown): string | undefined {
  if (!(error instanceof Error)) {
    return undefined;
  }
  const isAnswer = '$metadata' in error;
  const isOfClient = ['CredentialsProviderError', 'TimeoutError', 'TokenProviderError'].includes(error.name);
  // Neither has a name of its own.
  const isOfSettings = /^Region is missing|^Region not accepted/.test(error.message);
  const isOfNetwork = 'code' in error && typeof error.code === 'string' && /^E[A-Z_]+$/.test(error.code);
  return isAnswer || isOfClient || isOfSettings || isOfNetwork
    ? `${error.name === 'Error' ? '' : `${error.name}: `}${error.message || Object(error).code}`
    : undefined;
}
