import {
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Balance } from '../domain/balance';
import { type EpochSeconds, NEVER } from '../domain/clock';
import { type KeyRecord, type KeyStore, type ListedKey, MAX_KEYS, MAX_RECORDS } from '../domain/keys';
import { getItem } from './dynamodb-customer-store';
import { binary, type Item, Key, names, number, text, toBalance } from './dynamodb-items';
import type { UpdateOutcome } from './dynamodb-update';
import { SdkItemUpdates } from './sdk-item-updates';

/** Seconds for which the record of a key is kept that opens nothing any more; the audit log keeps what was done for good. */
const RECORD_LIFE = 30 * 86_400;

/**
 * Keys in DynamoDB: the hash and the expiry of those that open something stand on the balance, where one write authenticates and
 * charges; a record of each, with its name, is an item of its own.
 */
export class DynamoDbKeyStore implements KeyStore {
  private readonly updates: SdkItemUpdates;

  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {
    this.updates = new SdkItemUpdates(client);
  }

  public async list(customer: string, now: EpochSeconds): Promise<readonly ListedKey[] | undefined> {
    const balance = toBalance(await getItem(this.client, this.table, Key.balance(customer)));
    if (balance === undefined) {
      return undefined;
    }
    const records = (await this.records(customer)).map(toRecord);
    return (
      records
        .map((record) => ({ ...asServed(record, balance), active: isActive(balance, record.keyId, now) }))
        // A record without a key is what is left of one that was not let in.
        .filter(({ active, revokedAt, expiresAt }) => active || revokedAt !== undefined || (expiresAt ?? NEVER) <= now)
        .toSorted((one, other) => one.createdAt - other.createdAt || one.keyId.localeCompare(other.keyId))
    );
  }

  public async add(
    customer: string,
    record: KeyRecord,
    hash: Uint8Array,
    now: EpochSeconds,
  ): Promise<'added' | 'full' | 'unknown'> {
    const balance = toBalance(await getItem(this.client, this.table, Key.balance(customer)));
    if (balance === undefined) {
      return 'unknown';
    }
    if (isFull(balance, now) || (await this.countRecords(customer)) >= MAX_RECORDS) {
      return 'full';
    }
    const added = await this.recorded(customer, record, () => this.letIn(customer, record, hash, balance, now));
    return added ? 'added' : 'full';
  }

  public addFirst(customer: string, record: KeyRecord, hash: Uint8Array): Promise<boolean> {
    return this.recorded(customer, record, () => this.letFirstIn(customer, record, hash));
  }

  public async expire(customer: string, keyId: string, at: EpochSeconds): Promise<boolean> {
    const { done, item } = await this.updates.updateItem(this.table, {
      key: Key.balance(customer),
      update: 'SET #keyExpiries.#keyId = :at',
      condition:
        'attribute_exists(#keys.#keyId) AND (attribute_not_exists(#keyExpiries.#keyId) OR #keyExpiries.#keyId > :at)',
      attributes: ['keys', 'keyExpiries'],
      extraNames: { '#keyId': keyId },
      values: { ':at': number(at) },
    });
    // Also where it would have expired before: a run that was cut off has told the balance, and not the record.
    const expiresAt = done ? at : toBalance(item)?.keyExpiries[keyId];
    if (expiresAt !== undefined) {
      await this.setRecord(customer, keyId, { keyExpiresAt: expiresAt, expiresAt: expiresAt + RECORD_LIFE });
    }
    return toBalance(item)?.keys[keyId] !== undefined;
  }

  public async revoke(customer: string, keyId: string, now: EpochSeconds, beside?: string): Promise<boolean> {
    const { done } = await this.updates.updateItem(this.table, {
      key: Key.balance(customer),
      update: 'REMOVE #keys.#keyId, #keyExpiries.#keyId',
      condition: `attribute_type(#keys.#keyId, :binary)${beside === undefined ? '' : ' AND attribute_exists(#keys.#beside)'}`,
      attributes: ['keys', 'keyExpiries'],
      extraNames: { '#keyId': keyId, ...(beside !== undefined && { '#beside': beside }) },
      values: { ':binary': text('B') },
    });
    if (done) {
      await this.setRecord(customer, keyId, { revokedAt: now, expiresAt: now + RECORD_LIFE });
    }
    return done;
  }

  /** Writes a key down before it opens anything: one that is in nobody's list could not be taken away. */
  private async recorded(customer: string, record: KeyRecord, letIn: () => Promise<boolean>): Promise<boolean> {
    await this.client.send(new PutItemCommand({ TableName: this.table, Item: keyItem(customer, record) }));
    const done = await letIn();
    if (!done) {
      await this.setRecord(customer, record.keyId, { expiresAt: record.createdAt });
    }
    return done;
  }

  /** What expired before makes room. */
  private async letIn(
    customer: string,
    record: KeyRecord,
    hash: Uint8Array,
    balance: Balance,
    now: EpochSeconds,
  ): Promise<boolean> {
    let current: Balance | undefined = balance;
    // Each attempt that fails is one in which another key was let in, or taken away.
    for (let attempt = 0; attempt <= MAX_KEYS && current !== undefined && !isFull(current, now); attempt++) {
      const { done, item } = await this.letInBeside(customer, record, hash, expiredKeys(current, now));
      if (done || (item !== undefined && item.keys === undefined && (await this.letFirstIn(customer, record, hash)))) {
        return true;
      }
      current = toBalance(item);
    }
    return false;
  }

  /** One write that lets a key in and takes those away that have expired, if these are still there and there is room without them. */
  private letInBeside(
    customer: string,
    { keyId, expiresAt }: KeyRecord,
    hash: Uint8Array,
    expired: readonly string[],
  ): Promise<UpdateOutcome> {
    const removed = expired.map((_, index) => `#keys.#old${index}, #keyExpiries.#old${index}`);
    const there = expired.map((_, index) => ` AND attribute_exists(#keys.#old${index})`);
    return this.updates.updateItem(this.table, {
      key: Key.balance(customer),
      update:
        `SET #keys.#keyId = :hash${expiresAt === undefined ? '' : ', #keyExpiries.#keyId = :expiry'}` +
        (removed.length === 0 ? '' : ` REMOVE ${removed.join(', ')}`),
      condition: `size(#keys) < :most${there.join('')}`,
      attributes: expiresAt === undefined && removed.length === 0 ? ['keys'] : ['keys', 'keyExpiries'],
      extraNames: { '#keyId': keyId, ...Object.fromEntries(expired.map((id, index) => [`#old${index}`, id])) },
      values: {
        ':hash': binary(hash),
        ':most': number(MAX_KEYS + expired.length),
        ...(expiresAt !== undefined && { ':expiry': number(expiresAt) }),
      },
    });
  }

  private async letFirstIn(
    customer: string,
    { keyId, expiresAt }: Pick<KeyRecord, 'keyId' | 'expiresAt'>,
    hash: Uint8Array,
  ): Promise<boolean> {
    const { done } = await this.updates.updateItem(this.table, {
      key: Key.balance(customer),
      update: 'SET #keys = :keys, #keyExpiries = :expiries',
      condition: 'attribute_exists(#plan) AND attribute_not_exists(#keys)',
      attributes: ['plan', 'keys', 'keyExpiries'],
      values: {
        ':keys': { M: { [keyId]: binary(hash) } },
        ':expiries': { M: expiresAt === undefined ? {} : { [keyId]: number(expiresAt) } },
      },
    });
    return done;
  }

  /** `expiresAt` is when DynamoDB deletes the record. */
  private async setRecord(customer: string, keyId: string, times: Readonly<Record<string, EpochSeconds>>) {
    const attributes = Object.keys(times);
    await this.client.send(
      new UpdateItemCommand({
        TableName: this.table,
        Key: Key.apiKey(customer, keyId),
        UpdateExpression: `SET ${attributes.map((name) => `#${name} = :${name}`).join(', ')}`,
        ExpressionAttributeNames: names(...attributes),
        ExpressionAttributeValues: Object.fromEntries(attributes.map((name) => [`:${name}`, number(times[name] ?? 0)])),
      }),
    );
  }

  private async countRecords(customer: string): Promise<number> {
    const { Count = 0 } = await this.client.send(new QueryCommand({ ...this.recordsOf(customer), Select: 'COUNT' }));
    return Count;
  }

  private async records(customer: string, start?: Item): Promise<Item[]> {
    const { Items = [], LastEvaluatedKey } = await this.client.send(
      new QueryCommand({ ...this.recordsOf(customer), ExclusiveStartKey: start }),
    );
    return LastEvaluatedKey === undefined ? Items : [...Items, ...(await this.records(customer, LastEvaluatedKey))];
  }

  private recordsOf(customer: string): QueryCommandInput {
    return {
      TableName: this.table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
      ExpressionAttributeValues: { ':pk': Key.apiKey(customer, '').pk, ':sk': text('KEY#') },
      ConsistentRead: true,
    };
  }
}

function isActive(balance: Balance, keyId: string, now: EpochSeconds): boolean {
  return balance.keys[keyId] !== undefined && now < (balance.keyExpiries[keyId] ?? NEVER);
}

/** The balance has the word: a record is written after it, and by a run that was cut off not at all. */
function asServed(record: KeyRecord, { keyExpiries }: Balance): KeyRecord {
  const expiresAt = keyExpiries[record.keyId] ?? record.expiresAt;
  return expiresAt === undefined ? record : { ...record, expiresAt };
}

function isFull(balance: Balance, now: EpochSeconds): boolean {
  return Object.keys(balance.keys).filter((id) => isActive(balance, id, now)).length >= MAX_KEYS;
}

function expiredKeys(balance: Balance, now: EpochSeconds): string[] {
  return Object.keys(balance.keys).filter((id) => !isActive(balance, id, now));
}

/** What is known of a key beside its hash, as it is stored. */
export function keyItem(customer: string, { keyId, name, createdAt, expiresAt, lifetime }: KeyRecord): Item {
  return {
    ...Key.apiKey(customer, keyId),
    name: text(name),
    createdAt: number(createdAt),
    ...(lifetime !== undefined && { lifetime: number(lifetime) }),
    // `expiresAt` is when DynamoDB deletes the record.
    ...(expiresAt !== undefined && { keyExpiresAt: number(expiresAt), expiresAt: number(expiresAt + RECORD_LIFE) }),
  };
}

function toRecord(item: Item): KeyRecord {
  return {
    keyId: item.sk?.S?.slice('KEY#'.length) ?? '',
    name: item.name?.S ?? '',
    createdAt: Number(item.createdAt?.N ?? 0),
    ...(item.keyExpiresAt !== undefined && { expiresAt: Number(item.keyExpiresAt.N) }),
    ...(item.lifetime !== undefined && { lifetime: Number(item.lifetime.N) }),
    ...(item.revokedAt !== undefined && { revokedAt: Number(item.revokedAt.N) }),
  };
}
