import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  type GetItemCommandInput,
  type GetItemCommandOutput,
  ProvisionedThroughputExceededException,
  type UpdateItemCommandInput,
  type UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Item } from '../../local/store/attribute-value';
import { readUnits, writeUnits } from '../../local/store/capacity';
import { isMet } from '../../local/store/conditions';
import { applyUpdate } from '../../local/store/updates';
import { logNormal, type Random } from './random';
import type { Scheduler } from './scheduler';
import { Statements } from './statements';
import { TokenBucket } from './token-bucket';
import { fromWireItem, type SdkItem, toWireItem } from './wire';

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

type Address = Pick<UpdateItemCommandInput, 'TableName' | 'Key'>;

const METADATA = { $metadata: {} };

/** DynamoDB in virtual time: the local store's own expressions behind latency, and a capacity for each item. */
export class SimulatedDynamoDb {
  readonly usage = { calls: 0, throttled: 0, writeUnits: 0, readUnits: 0 };
  private readonly items = new Map<string, Item>();
  private readonly statements = new Statements();
  private readonly partitions = new Map<string, { readonly writes: TokenBucket; readonly reads: TokenBucket }>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    private readonly options: DynamoDbOptions = DYNAMODB,
  ) {}

  /** What stands in the table at the start; costs nothing. */
  put(table: string, key: SdkItem, attributes: SdkItem): void {
    this.items.set(idOf({ TableName: table, Key: key }), toWireItem({ ...key, ...attributes }));
  }

  /** What stands in the table now; costs nothing. */
  peek(table: string, key: SdkItem): SdkItem | undefined {
    const item = this.items.get(idOf({ TableName: table, Key: key }));
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
      const item = this.items.get(idOf(input));
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
    const answer = this.settle(work);
    await this.scheduler.sleep(latency / 2);
    if (this.options.lost > 0 && this.random() < this.options.lost) {
      throw Object.assign(new Error('the connection was reset'), { name: 'TimeoutError' });
    }
    return answer();
  }

  /** Does the work now, and tells what came of it when it is asked. */
  private settle<T>(work: () => T): () => T {
    try {
      const result = work();
      return () => result;
    } catch (error) {
      if (!(error instanceof DynamoDBServiceException)) {
        // A statement that the simulation cannot do is no outage of DynamoDB's.
        this.scheduler.fail(error);
      }
      return () => {
        throw error;
      };
    }
  }

  private update(input: UpdateItemCommandInput): Item {
    const { Key, _condition, _updates } = this.statements.parse(input);
    const id = idOf(input);
    const old = this.items.get(id);
    if (_condition !== undefined && !isMet(_condition.expression, old ?? {})) {
      // A condition that fails costs as much as one that holds.
      this.usage.writeUnits += writeUnits(old, undefined);
      throw new ConditionalCheckFailedException({
        ...METADATA,
        message: 'The conditional request failed',
        Item: input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? old && fromWireItem(old) : undefined,
      });
    }
    const item = applyUpdate(_updates?.sections ?? [], old ?? Key);
    this.items.set(id, item);
    this.usage.writeUnits += writeUnits(old, item);
    return item;
  }

  private throttled(): Error {
    this.usage.throttled++;
    return new ProvisionedThroughputExceededException({ ...METADATA, message: 'the partition is over its capacity' });
  }

  private partition(input: Address) {
    const id = idOf(input);
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

/** One string per item. */
function idOf({ TableName, Key = {} }: Address): string {
  let id = TableName ?? '';
  for (const name in Key) {
    id += `/${Key[name]?.S}`;
  }
  return id;
}
