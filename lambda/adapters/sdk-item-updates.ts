import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './dynamodb-items';
import {
  type ConditionalUpdate,
  getItemInput,
  type Items,
  isThrottled,
  putNewInput,
  putOutcome,
  type UpdateOutcome,
  updateItemInput,
} from './dynamodb-update';
import { PatientItems, type Pause } from './patient-items';

/** Items through the AWS SDK, for the handlers that no caller waits for. */
export class SdkItemUpdates implements Items {
  /** @param throttling what becomes of throttled requests: the SDK tries them again, or leaves that to who asks */
  constructor(
    private readonly client: DynamoDBClient,
    private readonly throttling: 'retried' | 'thrown' = 'retried',
  ) {}

  public async getItem(table: string, key: Item): Promise<Item | undefined> {
    const command = new GetItemCommand(getItemInput(table, key));
    return this.send(command, () => this.client.send(command)).then(({ Item }) => Item);
  }

  public async putNew(table: string, item: Item): Promise<boolean> {
    const command = new PutItemCommand(putNewInput(table, item));
    try {
      await this.send(command, () => this.client.send(command));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        return putOutcome({ done: false, item: error.Item });
      }
      throw error;
    }
  }

  public async updateItem(table: string, write: ConditionalUpdate): Promise<UpdateOutcome> {
    const command = new UpdateItemCommand(updateItemInput(table, write));
    try {
      const { Attributes } = await this.send(command, () => this.client.send(command));
      return { done: true, item: Attributes ?? {} };
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        return { done: false, item: error.Item };
      }
      throw error;
    }
  }

  private async send<Output>(command: Command, send: () => Promise<Output>): Promise<Output> {
    if (this.throttling === 'retried') {
      return send();
    }
    // Within the SDK's own retries, which know no error of this name. Whichever command it is: nothing is asked of what it carries.
    (command as UpdateItemCommand).middlewareStack.add((next) => (args) => next(args).catch(tellThrottling), {
      step: 'finalizeRequest',
      priority: 'low',
    });
    try {
      return await send();
    } catch (error) {
      throw error instanceof ThrottledError ? error.refusal : error;
    }
  }
}

/** The same, for what must get through to an item that calls write as often as it takes. */
export function patientItems(client: DynamoDBClient, pause?: Pause): PatientItems {
  return new PatientItems(new SdkItemUpdates(client, 'thrown'), pause);
}

type Command = GetItemCommand | PutItemCommand | UpdateItemCommand;

class ThrottledError extends Error {
  public override readonly name = 'ThrottledError';

  /** @param refusal DynamoDB's own; not as the cause, which the SDK would take for a reason to try again */
  constructor(public readonly refusal: Error) {
    super(refusal.message);
  }
}

function tellThrottling(error: unknown): never {
  throw isThrottled(error) ? new ThrottledError(error) : error;
}
