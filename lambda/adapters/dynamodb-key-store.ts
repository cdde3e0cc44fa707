import { type DynamoDBClient, PutItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Balance } from '../domain/balance';
import { type EpochSeconds, NEVER } from '../domain/clock';
import { type KeyRecord, type KeyStore, type ListedKey, MAX_KEYS } from '../domain/keys';
import { getItem } from './dynamodb-customer-store';
import { binary, type Item, Key, number, text, toBalance } from './dynamodb-items';
import { SdkItemUpdates } from './sdk-item-updates';

/** Seconds for which the record of a key is kept that opens nothing any more. */
const RECORD_LIFE = 400 * 86_400;

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
    return records
      .map((record) => ({ ...record, active: isActive(balance, record.keyId, now) }))
      .toSorted((one, other) => one.createdAt - other.createdAt || one.keyId.localeCompare(other.keyId));
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
    if (Object.keys(balance.keys).filter((id) => isActive(balance, id, now)).length >= MAX_KEYS) {
      return 'full';
    }
    // Before it opens anything: a key that is in nobody's list could not be taken away.
    await recordKey(this.client, this.table, customer, record);
    return (await this.letIn(customer, record, hash, expiredKeys(balance, now))) ? 'added' : 'full';
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
    if (done) {
      await this.note(customer, keyId, 'keyExpiresAt', at);
    }
    return toBalance(item)?.keys[keyId] !== undefined;
  }

  public async revoke(customer: string, keyId: string, now: EpochSeconds): Promise<boolean> {
    const { done } = await this.updates.updateItem(this.table, {
      key: Key.balance(customer),
      update: 'REMOVE #keys.#keyId, #keyExpiries.#keyId',
      condition: 'attribute_type(#keys.#keyId, :binary)',
      attributes: ['keys', 'keyExpiries'],
      extraNames: { '#keyId': keyId },
      values: { ':binary': text('B') },
    });
    if (done) {
      await this.note(customer, keyId, 'revokedAt', now);
    }
    return done;
  }

  /** What expired before makes room. */
  private async letIn(
    customer: string,
    { keyId, expiresAt }: KeyRecord,
    hash: Uint8Array,
    expired: readonly string[],
  ): Promise<boolean> {
    const removed = expired.map((_, index) => `#keys.#old${index}, #keyExpiries.#old${index}`);
    const { done, item } = await this.updates.updateItem(this.table, {
      key: Key.balance(customer),
      update:
        `SET #keys.#keyId = :hash${expiresAt === undefined ? '' : ', #keyExpiries.#keyId = :expiry'}` +
        (removed.length === 0 ? '' : ` REMOVE ${removed.join(', ')}`),
      condition: 'size(#keys) < :most',
      attributes: expiresAt === undefined && removed.length === 0 ? ['keys'] : ['keys', 'keyExpiries'],
      extraNames: { '#keyId': keyId, ...Object.fromEntries(expired.map((id, index) => [`#old${index}`, id])) },
      values: {
        ':hash': binary(hash),
        ':most': number(MAX_KEYS + expired.length),
        ...(expiresAt !== undefined && { ':expiry': number(expiresAt) }),
      },
    });
    return done || (item?.keys === undefined && (await this.letFirstIn(customer, keyId, hash, expiresAt)));
  }

  private async letFirstIn(customer: string, keyId: string, hash: Uint8Array, expiresAt?: EpochSeconds) {
    const { done } = await this.updates.updateItem(this.table, {
      key: Key.balance(customer),
      update: 'SET #keys = :keys, #keyExpiries = :expiries',
      condition: 'attribute_exists(#pk) AND attribute_not_exists(#keys)',
      attributes: ['pk', 'keys', 'keyExpiries'],
      values: {
        ':keys': { M: { [keyId]: binary(hash) } },
        ':expiries': { M: expiresAt === undefined ? {} : { [keyId]: number(expiresAt) } },
      },
    });
    return done;
  }

  private async note(customer: string, keyId: string, what: 'keyExpiresAt' | 'revokedAt', at: EpochSeconds) {
    await this.client.send(
      new UpdateItemCommand({
        TableName: this.table,
        Key: Key.apiKey(customer, keyId),
        UpdateExpression: 'SET #what = :at, #expiresAt = :gone',
        ExpressionAttributeNames: { '#what': what, '#expiresAt': 'expiresAt' },
        ExpressionAttributeValues: { ':at': number(at), ':gone': number(at + RECORD_LIFE) },
      }),
    );
  }

  private async records(customer: string, start?: Item): Promise<Item[]> {
    const { Items = [], LastEvaluatedKey } = await this.client.send(
      new QueryCommand({
        TableName: this.table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
        ExpressionAttributeValues: { ':pk': Key.apiKey(customer, '').pk, ':sk': text('KEY#') },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    return LastEvaluatedKey === undefined ? Items : [...Items, ...(await this.records(customer, LastEvaluatedKey))];
  }
}

/** Writes down what is known of a key beside its hash. */
export async function recordKey(
  client: DynamoDBClient,
  table: string,
  customer: string,
  record: KeyRecord,
): Promise<void> {
  await client.send(new PutItemCommand({ TableName: table, Item: fromRecord(customer, record) }));
}

function isActive(balance: Balance, keyId: string, now: EpochSeconds): boolean {
  return balance.keys[keyId] !== undefined && now < (balance.keyExpiries[keyId] ?? NEVER);
}

function expiredKeys(balance: Balance, now: EpochSeconds): string[] {
  return Object.keys(balance.keys).filter((id) => !isActive(balance, id, now));
}

function fromRecord(customer: string, { keyId, name, createdAt, expiresAt }: KeyRecord): Item {
  return {
    ...Key.apiKey(customer, keyId),
    name: text(name),
    createdAt: number(createdAt),
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
    ...(item.revokedAt !== undefined && { revokedAt: Number(item.revokedAt.N) }),
  };
}
