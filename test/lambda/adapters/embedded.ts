import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { Database } from '../../../local/store/database';
import { ServiceError } from '../../../local/store/errors';
import { deleteItem, getItem, putItem, updateItem } from '../../../local/store/item-operations';
import { query } from '../../../local/store/queries';
import { createTable } from '../../../local/store/table-operations';
import { transactWriteItems } from '../../../local/store/transactions';

const OPERATIONS: Readonly<Record<string, (database: Database, input: unknown) => unknown>> = {
  DeleteItemCommand: deleteItem,
  GetItemCommand: getItem,
  PutItemCommand: putItem,
  UpdateItemCommand: updateItem,
  QueryCommand: query,
  TransactWriteItemsCommand: transactWriteItems,
};

const TABLE = 'Paywall';

/**
 * The embedded store without a socket, and without the SDK's layers in front of it: a thousand calls take milliseconds. What it
 * holds can be taken down, and put back.
 */
export class EmbeddedTable {
  public readonly table = TABLE;
  public readonly client = { send: (command: object) => this.send(command) } as unknown as DynamoDBClient;
  private database = new Database();

  constructor() {
    createTable(this.database, {
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    });
  }

  /** A way back to what it holds now. */
  public save(): () => void {
    const entries = [...this.database.snapshot(0)];
    return () => {
      this.database = new Database();
      for (const entry of entries) {
        this.database.apply(entry);
      }
    };
  }

  /** Everything that is in it. */
  public get items(): object[] {
    return [...this.database.table(TABLE).all()];
  }

  private async send(command: object): Promise<unknown> {
    const operation = OPERATIONS[command.constructor.name];
    if (operation === undefined) {
      throw new Error(`${command.constructor.name} is not among what is tested here`);
    }
    try {
      return fromWire(operation(this.database, toWire((command as { input: unknown }).input)));
    } catch (error) {
      throw error instanceof ServiceError ? exceptionOf(error) : error;
    }
  }
}

/** As the SDK throws it. */
function exceptionOf({ type, message, members }: ServiceError): Error {
  const details = fromWire(members) as { Item?: Record<string, AttributeValue> };
  switch (type.split('#')[1]) {
    case 'ConditionalCheckFailedException':
      return new ConditionalCheckFailedException({ message, $metadata: {}, ...details });
    case 'TransactionCanceledException':
      return new TransactionCanceledException({ message, $metadata: {}, ...details });
    default:
      return new Error(`${type}: ${message}`);
  }
}

/** Binary is base64 there. */
function toWire(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return Buffer.from(value).toString('base64');
  }
  return mapped(value, toWire);
}

function fromWire(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && 'B' in value && typeof value.B === 'string') {
    return { B: new Uint8Array(Buffer.from(value.B, 'base64')) };
  }
  return mapped(value, fromWire);
}

function mapped(value: unknown, each: (member: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map(each);
  }
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) {
      copy[name] = each(member);
    }
  }
  return copy;
}
