import { ConditionalCheckFailedException, DeleteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { OpeningBalance } from '../domain/balance';
import type { EpochSeconds } from '../domain/clock';
import { putNew } from './dynamodb-customer-store';
import { binary, fromOpeningBalance, Key, number } from './dynamodb-items';

/** A balance that nobody is to spend. */
export interface ProbeBalance extends OpeningBalance {
  /** Of one who owes a payment. */
  readonly graceEndsAt?: EpochSeconds;
  readonly keyId: string;
  readonly keyHash: Uint8Array;
  readonly keyEndsAt: EpochSeconds;
}

/** Customers who are made to be refused, and taken away again. */
export interface Probes {
  open(customer: string, balance: ProbeBalance): Promise<void>;
  /** False where there is no probe of that id: no other customer is taken away by this. */
  close(customer: string): Promise<boolean>;
}

/** Probes in DynamoDB, which deletes those by itself that nobody has taken away. */
export class DynamoDbProbes implements Probes {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  public async open(customer: string, balance: ProbeBalance): Promise<void> {
    const { keyId, keyHash, keyEndsAt, graceEndsAt } = balance;
    await putNew(this.client, this.table, {
      ...Key.balance(customer),
      ...fromOpeningBalance(balance),
      ...(graceEndsAt !== undefined && { graceEndsAt: number(graceEndsAt) }),
      keys: { M: { [keyId]: binary(keyHash) } },
      keyExpiries: { M: { [keyId]: number(keyEndsAt) } },
      probe: { BOOL: true },
      // When DynamoDB deletes it.
      expiresAt: number(keyEndsAt),
    });
  }

  public async close(customer: string): Promise<boolean> {
    try {
      await this.client.send(
        new DeleteItemCommand({
          TableName: this.table,
          Key: Key.balance(customer),
          ConditionExpression: 'probe = :true',
          ExpressionAttributeValues: { ':true': { BOOL: true } },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        return false;
      }
      throw error;
    }
  }
}
