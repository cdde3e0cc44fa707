import type { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

/** A client whose process ends after so many writes, in the worst way: the write is done, its answer never comes. */
export function endingAfter(client: DynamoDBClient, writes: number): DynamoDBClient {
  let left = writes;
  return sending(client, async (command) => {
    if (left <= 0) {
      throw new Error('the process has ended');
    }
    const isWrite = !['GetItemCommand', 'BatchGetItemCommand'].includes(command.constructor.name);
    const answer = await client.send(command as UpdateItemCommand);
    left -= isWrite ? 1 : 0;
    if (left <= 0) {
      throw new Error('the process has ended');
    }
    return answer;
  });
}

/** A client before whose every request something else gets through. */
export function overtaken(client: DynamoDBClient, before: () => Promise<unknown>): DynamoDBClient {
  return sending(client, async (command) => {
    await before();
    return client.send(command as UpdateItemCommand);
  });
}

/** A client that notes which attributes of customers its requests name. */
export function recording(client: DynamoDBClient, written: Set<string>): DynamoDBClient {
  return sending(client, (command) => {
    const { input } = command as UpdateItemCommand & { input: { Item?: Record<string, unknown> } };
    const key = input.Key?.pk?.S ?? (input.Item?.pk as { S: string } | undefined)?.S ?? '';
    if (key.startsWith('CUSTOMER#')) {
      const expressions = `${input.UpdateExpression ?? ''} ${input.ConditionExpression ?? ''}`;
      for (const [placeholder, name] of Object.entries(input.ExpressionAttributeNames ?? {})) {
        // A name behind a dot is data inside of an attribute.
        if (!expressions.includes(`.${placeholder}`)) {
          written.add(name);
        }
      }
      for (const name of Object.keys(input.Item ?? {})) {
        written.add(name);
      }
    }
    return client.send(command as UpdateItemCommand);
  });
}

function sending(client: DynamoDBClient, send: (command: object) => Promise<unknown>): DynamoDBClient {
  return Object.assign(Object.create(client), { send });
}
