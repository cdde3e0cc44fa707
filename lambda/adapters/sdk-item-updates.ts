import { setTimeout as delay } from 'node:timers/promises';
import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  type ConditionalUpdate,
  type ItemUpdates,
  isThrottled,
  type UpdateOutcome,
  updateItemInput,
} from './dynamodb-update';

/** Conditional writes through the AWS SDK, for the handlers that no caller waits for. */
export class SdkItemUpdates implements ItemUpdates {
  constructor(private readonly client: DynamoDBClient) {}

  public updateItem(table: string, write: ConditionalUpdate): Promise<UpdateOutcome> {
    return send(this.client, new UpdateItemCommand(updateItemInput(table, write)));
  }
}

/** Waits for so many milliseconds at most, so that two who wait do not meet again. */
export type Pause = (most: number) => Promise<unknown>;

export const randomPause: Pause = (most) => delay(Math.random() * most);

/** Milliseconds at most between two attempts at an item that takes no more writes for now. */
const MAX_DELAY = 50;

/** For some seconds, all in all: Stripe waits longer for its answer. */
const MAX_ATTEMPTS = 250;

/**
 * The same for writes that must get through to an item that calls write as often as it takes: a payment's. Between its four attempts
 * the SDK waits for seconds, and gives up where this one has long found a gap.
 */
export class PatientItemUpdates implements ItemUpdates {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly pause: Pause = randomPause,
  ) {}

  public async updateItem(table: string, write: ConditionalUpdate): Promise<UpdateOutcome> {
    for (let attempt = 1; ; attempt++) {
      const command = new UpdateItemCommand(updateItemInput(table, write));
      // Within the SDK's own retries, which know no error of this name.
      command.middlewareStack.add((next) => (args) => next(args).catch(tellThrottling), {
        step: 'finalizeRequest',
        priority: 'low',
      });
      try {
        return await send(this.client, command);
      } catch (error) {
        if (!(error instanceof ThrottledWriteError)) {
          throw error;
        }
        if (attempt === MAX_ATTEMPTS) {
          throw error.refusal;
        }
      }
      await this.pause(MAX_DELAY);
    }
  }
}

async function send(client: DynamoDBClient, command: UpdateItemCommand): Promise<UpdateOutcome> {
  try {
    const { Attributes } = await client.send(command);
    return { done: true, item: Attributes ?? {} };
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return { done: false, item: error.Item };
    }
    throw error;
  }
}

class ThrottledWriteError extends Error {
  public override readonly name = 'ThrottledWriteError';

  /** @param refusal DynamoDB's own; not as the cause, which the SDK would take for a reason to try again */
  constructor(public readonly refusal: Error) {
    super(refusal.message);
  }
}

function tellThrottling(error: unknown): never {
  throw isThrottled(error) ? new ThrottledWriteError(error) : error;
}
