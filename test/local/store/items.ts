import {
  type AttributeValue,
  type ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Engine } from './contract';

export type Attributes = Record<string, AttributeValue>;

let partitions = 0;

/** The key of an item that no other test uses. */
export function freshKey(sk = 'BALANCE'): { pk: { S: string }; sk: { S: string } } {
  partitions += 1;
  return { pk: { S: `CUSTOMER#${partitions}` }, sk: { S: sk } };
}

export const num = (value: number | string): AttributeValue => ({ N: String(value) });
export const str = (S: string): AttributeValue => ({ S });

/** Puts an item under a fresh key, and returns that. */
export async function given({ client, TableName }: Engine, attributes: Attributes): Promise<Attributes> {
  const Key = freshKey();
  await client.send(new PutItemCommand({ TableName, Item: { ...Key, ...attributes } }));
  return Key;
}

export async function itemAt({ client, TableName }: Engine, Key: Attributes): Promise<Attributes | undefined> {
  const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
  return Item;
}

/** An UpdateItem, with names and values only where there are any. */
export async function update(
  { client, TableName }: Engine,
  Key: Attributes,
  UpdateExpression: string,
  values: Attributes = {},
  more: Partial<UpdateItemCommandInput> = {},
): Promise<Attributes | undefined> {
  const ExpressionAttributeValues = Object.keys(values).length > 0 ? values : undefined;
  const command = new UpdateItemCommand({ TableName, Key, UpdateExpression, ExpressionAttributeValues, ...more });
  return (await client.send(command)).Attributes;
}

/** The exception that a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<ConditionalCheckFailedException> {
  try {
    await promise;
  } catch (error) {
    return error as ConditionalCheckFailedException;
  }
  throw new Error('it succeeded');
}
