import { type AttributeValue, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type Stripe from 'stripe';
import type { EpochSeconds } from '../domain/clock';
import { getItem } from './dynamodb-customer-store';
import { Key, number, text } from './dynamodb-items';

/** An event that could not be carried out. */
export interface FailingEvent {
  readonly type: Stripe.Event.Type;
  readonly created: EpochSeconds;
  /** When it failed first. */
  readonly since: EpochSeconds;
  /** Whether the operator has got it. */
  readonly isGiven: boolean;
}

/** How far events have been seen to. */
export interface Progress {
  /** Up to when. */
  readonly created: EpochSeconds;
  /** All but these, by their ids. */
  readonly failing: ReadonlyMap<string, FailingEvent>;
}

export interface Cursor {
  read(): Promise<Progress | undefined>;
  write(progress: Progress): Promise<void>;
}

/** The reconciler's place among Stripe's events, in DynamoDB. */
export class DynamoDbCursor implements Cursor {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  public async read(): Promise<Progress | undefined> {
    const item = await getItem(this.client, this.table, Key.cursor());
    return (
      item && {
        created: Number(item.created?.N),
        failing: new Map(Object.entries(item.failing?.M ?? {}).map(([id, event]) => [id, toFailing(event)])),
      }
    );
  }

  public async write({ created, failing }: Progress): Promise<void> {
    const M = Object.fromEntries([...failing].map(([id, event]) => [id, fromFailing(event)]));
    await this.client.send(
      new PutItemCommand({
        TableName: this.table,
        Item: { ...Key.cursor(), created: number(created), failing: { M } },
      }),
    );
  }
}

function fromFailing({ type, created, since, isGiven }: FailingEvent): AttributeValue {
  return { M: { type: text(type), created: number(created), since: number(since), isGiven: { BOOL: isGiven } } };
}

function toFailing({ M = {} }: AttributeValue): FailingEvent {
  return {
    type: M.type?.S as Stripe.Event.Type,
    created: Number(M.created?.N),
    since: Number(M.since?.N),
    isGiven: M.isGiven?.BOOL === true,
  };
}
