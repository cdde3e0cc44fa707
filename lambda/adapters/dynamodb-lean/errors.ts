/** Throttling and lost races: the same request may succeed a moment later. */
const TRANSIENT = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TransactionConflictException',
]);

/** DynamoDB refused, or failed; it is named as DynamoDB names it. */
export class DynamoDbError extends Error {
  constructor(
    public override readonly name: string,
    reason: string,
    public readonly statusCode: number,
    public readonly requestId: string | undefined,
  ) {
    // A signature error goes on, in further lines, with the canonical request, which holds the session token.
    const [line = ''] = reason.split('\n');
    super(`${line} (DynamoDB, HTTP ${statusCode}, request ${requestId ?? 'unknown'})`);
  }

  public get isTransient(): boolean {
    return this.statusCode >= 500 || TRANSIENT.has(this.name);
  }
}

/** No answer came, or not all of it: whether the request was carried out is unknown. */
export class NoAnswerError extends Error {
  public override readonly name = 'NoAnswerError';

  constructor(
    reason: string,
    /** Whether the request went out on a socket that had been open before, and so may have been closed by then. */
    public readonly onDeadSocket: boolean,
    peer = 'DynamoDB',
  ) {
    super(`${peer} has not answered: ${reason}`);
  }
}

export function isTransient(error: unknown): boolean {
  return error instanceof NoAnswerError || (error instanceof DynamoDbError && error.isTransient);
}
