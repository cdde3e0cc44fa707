import {
  type DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { EngineClient } from '../engines/engine';
import type { SimulatedDynamoDb } from './dynamodb';
import type { Random } from './random';
import type { Scheduler } from './scheduler';

export interface RetryPolicy {
  readonly attempts: number;
  /** Milliseconds before the next attempt, after so many. */
  readonly delay: (attempt: number, random: Random) => number;
  /** What retries may cost in a row, as the SDK counts it; without bound where it is absent. */
  readonly budget?: number;
  /** Whether a write is tried again that was refused as a transaction was writing its item. */
  readonly afterConflicts?: boolean;
}

/** `@aws-sdk/client-dynamodb` 3.1164 as it comes: 4 attempts, 1 s of back-off where DynamoDB throttles, doubled each time. */
export const SDK_RETRIES: RetryPolicy = {
  attempts: 4,
  delay: (attempt, random) => Math.floor(random() * Math.min(1_000 * 2 ** (attempt - 1), 20_000)),
  budget: 500,
};

/** One retry soon, since whoever waits holds an execution environment. */
export const SHORT_RETRIES: RetryPolicy = {
  attempts: 2,
  delay: (_, random) => 5 + random() * 20,
  afterConflicts: true,
};

const THROTTLING_COST = 5;
const RETRIABLE = new Set(['ProvisionedThroughputExceededException', 'TimeoutError']);
const CONFLICT = 'TransactionConflictException';

/** What a client sends to. */
export type Requests = Pick<SimulatedDynamoDb, 'updateItem' | 'putItem' | 'getItem' | 'transactWriteItems' | 'usage'>;

/** A client of one execution environment's: the table, behind retries. */
export class SimulatedClient implements EngineClient {
  private budget: number;

  constructor(
    private readonly dynamoDb: Requests,
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    private readonly retries: RetryPolicy,
  ) {
    this.budget = retries.budget ?? Number.POSITIVE_INFINITY;
  }

  /** As the adapters take it: they send the commands below, and nothing else of the client's is asked for. */
  get sdk(): DynamoDBClient {
    return this as unknown as DynamoDBClient;
  }

  send(command: unknown): Promise<unknown> {
    if (command instanceof UpdateItemCommand) {
      // What the command brings of its own lies within the retries, as in the SDK.
      const handler = command.middlewareStack.resolve(
        async ({ input }) => ({ response: undefined, output: await this.dynamoDb.updateItem(input) }),
        {},
      );
      return this.retrying(() => handler({ input: command.input })).then(({ output }) => output);
    }
    if (command instanceof GetItemCommand) {
      return this.getItem(command.input);
    }
    if (command instanceof PutItemCommand) {
      return this.retrying(() => this.dynamoDb.putItem(command.input));
    }
    if (command instanceof TransactWriteItemsCommand) {
      return this.retrying(() => this.dynamoDb.transactWriteItems(command.input));
    }
    throw new Error('the simulated client knows UpdateItem, PutItem, GetItem and TransactWriteItems alone');
  }

  updateItem(input: UpdateItemCommandInput) {
    return this.retrying(() => this.dynamoDb.updateItem(input));
  }

  getItem(input: GetItemCommandInput) {
    return this.retrying(() => this.dynamoDb.getItem(input));
  }

  private async retrying<T>(call: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await call();
        this.refund(attempt > 1 ? THROTTLING_COST : 1);
        return answer;
      } catch (error) {
        const name = error instanceof Error ? error.name : '';
        const isRetriable = RETRIABLE.has(name) || (name === CONFLICT && this.retries.afterConflicts === true);
        if (!isRetriable || attempt >= this.retries.attempts || this.budget < THROTTLING_COST) {
          this.dynamoDb.usage.lostToConflicts += name === CONFLICT ? 1 : 0;
          throw error;
        }
        this.budget -= THROTTLING_COST;
      }
      await this.scheduler.sleep(this.retries.delay(attempt, this.random));
    }
  }

  private refund(units: number): void {
    this.budget = Math.min(this.retries.budget ?? Number.POSITIVE_INFINITY, this.budget + units);
  }
}
