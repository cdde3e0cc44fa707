import {
  ConditionalCheckFailedException,
  type GetItemCommandInput,
  type GetItemCommandOutput,
  ProvisionedThroughputExceededException,
  type UpdateItemCommandInput,
  type UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Item } from '../../local/store/attribute-value';
import { readUnits, writeUnits } from '../../local/store/capacity';
import { Database } from '../../local/store/database';
import { ServiceError } from '../../local/store/errors';
import { createTable } from '../../local/store/table-operations';
import { attempt, prepareUpdate } from '../../local/store/writes';
import { logNormal, type Random } from './random';
import type { Scheduler } from './scheduler';
import { Statements } from './statements';
import { TokenBucket } from './token-bucket';
import { fromWireItem, toWireItem } from './wire';

export interface DynamoDbOptions {
  /** Write units a second for one item: DynamoDB's own cap, whatever its table can do. */
  readonly writeUnits: number;
  readonly readUnits: number;
  /** Seconds of unused capacity that an item saves up. */
  readonly burst: number;
  /** Milliseconds, there and back. */
  readonly latency: { readonly p50: number; readonly p99: number };
  /** The share of answers that get lost on the way back. */
  readonly lost: number;
}

/** What one item of DynamoDB does, and how fast it answers within a Region. */
export const DYNAMODB: DynamoDbOptions = {
  writeUnits: 1_000,
  readUnits: 3_000,
  burst: 0.05,
  latency: { p50: 4, p99: 15 },
  lost: 0,
};

const METADATA = { $metadata: {} };

/** DynamoDB in virtual time: the local store's expression engine behind latency, and a capacity for each item. */
export class SimulatedDynamoDb {
  readonly usage = { calls: 0, throttled: 0, writeUnits: 0, readUnits: 0 };
  private readonly database = new Database();
  private readonly statements = new Statements();
  private readonly partitions = new Map<string, { readonly writes: TokenBucket; readonly reads: TokenBucket }>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    private readonly options: DynamoDbOptions = DYNAMODB,
  ) {}

  createTable(name: string, ...keys: readonly [string, string?]): void {
    const names = keys.filter((key) => key !== undefined);
    createTable(this.database, {
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: names.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
    });
  }

  /** What stands in the table at the start; costs nothing. */
  put(table: string, item: Parameters<typeof toWireItem>[0]): void {
    this.database.commit({ writes: [{ table, put: toWireItem(item) }] });
  }

  /** What stands in the table now; costs nothing. */
  peek(table: string, key: Parameters<typeof toWireItem>[0]): ReturnType<typeof fromWireItem> | undefined {
    const item = this.database.table(table).get(toWireItem(key));
    return item && fromWireItem(item);
  }

  updateItem(input: UpdateItemCommandInput): Promise<UpdateItemCommandOutput> {
    return this.call(() => {
      if (!this.partition(input).writes.take(1, this.scheduler.now)) {
        throw this.throttled();
      }
      const item = this.update(input);
      return input.ReturnValues === 'ALL_NEW' ? { ...METADATA, Attributes: fromWireItem(item) } : METADATA;
    });
  }

  getItem(input: GetItemCommandInput): Promise<GetItemCommandOutput> {
    return this.call(() => {
      const item = this.database.table(input.TableName ?? '').get(toWireItem(input.Key ?? {}));
      const units = readUnits(item, input.ConsistentRead);
      if (!this.partition(input).reads.take(units, this.scheduler.now)) {
        throw this.throttled();
      }
      this.usage.readUnits += units;
      return { ...METADATA, ...(item && { Item: fromWireItem(item) }) };
    });
  }

  /** There, work, and back. */
  private async call<T>(work: () => T): Promise<T> {
    this.usage.calls++;
    const { p50, p99 } = this.options.latency;
    const latency = logNormal(this.random, p50, p99);
    await this.scheduler.sleep(latency / 2);
    const answer = settle(work);
    await this.scheduler.sleep(latency / 2);
    if (this.options.lost > 0 && this.random() < this.options.lost) {
      throw Object.assign(new Error('the connection was reset'), { name: 'TimeoutError' });
    }
    return answer();
  }

  private update(input: UpdateItemCommandInput): Item {
    try {
      const done = attempt(prepareUpdate(this.database, this.statements.parse(input)));
      this.usage.writeUnits += writeUnits(done.old, done.new);
      if (done.write !== undefined) {
        this.database.commit({ writes: [done.write] });
      }
      return done.new ?? {};
    } catch (error) {
      if (!(error instanceof ServiceError) || !error.type.endsWith('#ConditionalCheckFailedException')) {
        throw error;
      }
      // A condition that fails costs as much as one that holds.
      const item = error.members.Item as Item | undefined;
      this.usage.writeUnits += writeUnits(item, undefined);
      throw new ConditionalCheckFailedException({
        ...METADATA,
        message: error.message,
        Item: item && fromWireItem(item),
      });
    }
  }

  private throttled(): Error {
    this.usage.throttled++;
    return new ProvisionedThroughputExceededException({ ...METADATA, message: 'the partition is over its capacity' });
  }

  private partition(input: Pick<UpdateItemCommandInput, 'TableName' | 'Key'>) {
    const id = `${input.TableName}/${Object.values(input.Key ?? {})
      .map((value) => value.S)
      .join('/')}`;
    const known = this.partitions.get(id);
    if (known !== undefined) {
      return known;
    }
    const { writeUnits, readUnits, burst } = this.options;
    const partition = {
      writes: new TokenBucket(writeUnits, writeUnits * burst),
      reads: new TokenBucket(readUnits, readUnits * burst),
    };
    this.partitions.set(id, partition);
    return partition;
  }
}

/** Does the work now, and tells what came of it when it is asked. */
function settle<T>(work: () => T): () => T {
  try {
    const result = work();
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
