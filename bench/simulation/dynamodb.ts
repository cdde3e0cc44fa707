import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  type GetItemCommandInput,
  type GetItemCommandOutput,
  ProvisionedThroughputExceededException,
  type PutItemCommandInput,
  type PutItemCommandOutput,
  TransactionCanceledException,
  TransactionConflictException,
  type TransactWriteItem,
  type TransactWriteItemsCommandInput,
  type TransactWriteItemsCommandOutput,
  type UpdateItemCommandInput,
  type UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Item } from '../../local/store/attribute-value';
import { readUnits, writeUnits } from '../../local/store/capacity';
import { isMet } from '../../local/store/conditions';
import type { ParsedCondition } from '../../local/store/expressions';
import { applyUpdate } from '../../local/store/updates';
import { validate } from '../../local/store/validate';
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

/** A write of one item, of which all but the item as it stands then is known. */
interface PlannedWrite {
  readonly id: string;
  readonly condition?: ParsedCondition;
  readonly returnsOld: boolean;
  readonly change: (old: Item | undefined) => Item;
}

/** What each item of a transaction costs, against a write alone. */
const TRANSACTION_FACTOR = 2;

const METADATA = { $metadata: {} };

/** DynamoDB in virtual time: the local store's own expressions behind latency, and a capacity for each item. */
export class SimulatedDynamoDb {
  /** `conflicts`: writes that were refused as a transaction was writing their item; `lostToConflicts`: of these, given up for good. */
  readonly usage = { calls: 0, throttled: 0, conflicts: 0, lostToConflicts: 0, writeUnits: 0, readUnits: 0 };
  private readonly items = new Map<string, Item>();
  /** Items that a transaction is writing. */
  private readonly underTransaction = new Set<string>();
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
      const item = this.write(this.plannedUpdate(input));
      return input.ReturnValues === 'ALL_NEW' ? { ...METADATA, Attributes: fromWireItem(item) } : METADATA;
    });
  }

  putItem(input: PutItemCommandInput): Promise<PutItemCommandOutput> {
    return this.call(() => {
      this.write(plannedPut(input));
      return METADATA;
    });
  }

  /**
   * In two phases, half a call's latency apart: between them the items take no other write, as AWS documents it. A write that came
   * before the first phase never cancels the transaction, which flatters it.
   */
  transactWriteItems({ TransactItems = [] }: TransactWriteItemsCommandInput): Promise<TransactWriteItemsCommandOutput> {
    let commit = () => {};
    return this.call(
      () => {
        commit = this.prepare(TransactItems.map((item) => this.planned(item)));
        return METADATA;
      },
      () => commit(),
    );
  }

  getItem(input: GetItemCommandInput): Promise<GetItemCommandOutput> {
    return this.call(() => {
      const item = this.items.get(idOf(input));
      const units = readUnits(item, input.ConsistentRead);
      if (!this.partition(idOf(input)).reads.take(units, this.scheduler.now)) {
        throw this.throttled();
      }
      this.usage.readUnits += units;
      return { ...METADATA, ...(item && { Item: fromWireItem(item) }) };
    });
  }

  /** There, work, and back; what has a second phase needs half as long again. */
  private async call<T>(work: () => T, secondPhase?: () => void): Promise<T> {
    this.usage.calls++;
    const { p50, p99 } = this.options.latency;
    const latency = logNormal(this.random, p50, p99);
    await this.scheduler.sleep(latency / 2);
    const answer = this.settle(work);
    if (secondPhase !== undefined) {
      await this.scheduler.sleep(latency / 2);
      secondPhase();
    }
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

  private plannedUpdate(input: UpdateItemCommandInput): PlannedWrite {
    const { Key, _condition, _updates } = this.statements.parse(input);
    return {
      id: idOf(input),
      condition: _condition,
      returnsOld: input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD',
      change: (old) => applyUpdate(_updates?.sections ?? [], old ?? Key),
    };
  }

  private planned({ Put, Update }: TransactWriteItem): PlannedWrite {
    if (Update !== undefined) {
      return this.plannedUpdate(Update);
    }
    if (Put !== undefined) {
      return plannedPut(Put);
    }
    throw new Error('the simulated transaction knows Put and Update alone');
  }

  private write({ id, condition, returnsOld, change }: PlannedWrite): Item {
    if (this.underTransaction.has(id)) {
      this.usage.conflicts++;
      throw new TransactionConflictException({ ...METADATA, message: 'Transaction is ongoing for the item' });
    }
    if (!this.partition(id).writes.take(1, this.scheduler.now)) {
      throw this.throttled();
    }
    const old = this.items.get(id);
    if (condition !== undefined && !isMet(condition.expression, old ?? {})) {
      // A condition that fails costs as much as one that holds.
      this.usage.writeUnits += writeUnits(old, undefined);
      throw new ConditionalCheckFailedException({
        ...METADATA,
        message: 'The conditional request failed',
        Item: returnsOld ? old && fromWireItem(old) : undefined,
      });
    }
    const item = change(old);
    this.items.set(id, item);
    this.usage.writeUnits += writeUnits(old, item);
    return item;
  }

  /** The first phase of a transaction; gives the second. */
  private prepare(writes: readonly PlannedWrite[]): () => void {
    const reasons = writes.map(({ id, condition }) => {
      if (this.underTransaction.has(id)) {
        return 'TransactionConflict';
      }
      if (!this.partition(id).writes.take(TRANSACTION_FACTOR, this.scheduler.now)) {
        return 'ThrottlingError';
      }
      return condition === undefined || isMet(condition.expression, this.items.get(id) ?? {})
        ? 'None'
        : 'ConditionalCheckFailed';
    });
    if (reasons.some((reason) => reason !== 'None')) {
      this.usage.throttled += reasons.filter((reason) => reason === 'ThrottlingError').length;
      throw new TransactionCanceledException({
        ...METADATA,
        message: `Transaction cancelled [${reasons.join(', ')}]`,
        CancellationReasons: reasons.map((Code) => ({ Code })),
      });
    }
    // What is written is known now: nothing else writes these items until the second phase.
    const changes = writes.map(({ id, change }) => {
      const old = this.items.get(id);
      const item = change(old);
      this.underTransaction.add(id);
      this.usage.writeUnits += TRANSACTION_FACTOR * writeUnits(old, item);
      return { id, item };
    });
    return () => {
      for (const { id, item } of changes) {
        this.items.set(id, item);
        this.underTransaction.delete(id);
      }
    };
  }

  private throttled(): Error {
    this.usage.throttled++;
    return new ProvisionedThroughputExceededException({ ...METADATA, message: 'the partition is over its capacity' });
  }

  private partition(id: string) {
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

function plannedPut(input: Pick<PutItemCommandInput, 'TableName' | 'Item' | 'ConditionExpression'>): PlannedWrite {
  const { pk, sk } = input.Item ?? {};
  if (pk === undefined || sk === undefined) {
    throw new Error('the simulation puts items of the paywall’s table alone');
  }
  const { Item, _condition } = validate.putItem({ ...input, Item: toWireItem(input.Item ?? {}) });
  const id = idOf({ TableName: input.TableName, Key: { pk, sk } });
  return { id, condition: _condition, returnsOld: false, change: () => Item };
}

/** One string per item. */
function idOf({ TableName, Key = {} }: Address): string {
  let id = TableName ?? '';
  for (const name in Key) {
    id += `/${Key[name]?.S}`;
  }
  return id;
}
