import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { Key } from '../../lambda/adapters/dynamodb-items';
import { SDK_RETRIES } from '../simulation/client';
import { balances, TABLE } from './balances';
import type { Engine } from './engine';

const ONE = { ':one': { N: '1' } };

/** What an attentive developer writes: one conditional decrement a call. */
export const conditionalUpdate: Engine = {
  ...balances,
  name: 'conditional UpdateItem',
  retries: SDK_RETRIES,
  open: ({ client }) => ({
    decide: async (customer) => {
      try {
        await client.updateItem({
          TableName: TABLE,
          Key: Key.balance(customer),
          UpdateExpression: 'SET remaining = remaining - :one',
          ConditionExpression: 'remaining >= :one',
          ExpressionAttributeValues: ONE,
        });
        return 'granted';
      } catch (error) {
        return error instanceof ConditionalCheckFailedException ? 'refused' : 'failed';
      }
    },
  }),
};

/** What samples do: read, compare, then take away. */
export const getThenUpdate: Engine = {
  ...balances,
  name: 'GetItem, then UpdateItem',
  retries: SDK_RETRIES,
  open: ({ client }) => ({
    decide: async (customer) => {
      try {
        const { Item } = await client.getItem({ TableName: TABLE, Key: Key.balance(customer) });
        if (Number(Item?.remaining?.N ?? 0) < 1) {
          return 'refused';
        }
        await client.updateItem({
          TableName: TABLE,
          Key: Key.balance(customer),
          UpdateExpression: 'SET remaining = remaining - :one',
          ExpressionAttributeValues: ONE,
        });
        return 'granted';
      } catch {
        return 'failed';
      }
    },
  }),
};
