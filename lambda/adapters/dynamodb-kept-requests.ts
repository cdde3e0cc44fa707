import type { EpochSeconds } from '../domain/clock';
import type { KeptRequest } from '../domain/kept-request';
import type { KeptRequestStore } from '../domain/resume';
import type { RetryStore } from '../domain/retry-state';
import { binary, type Item, Key, number, text } from './dynamodb-items';
import type { ItemReads, ItemUpdates } from './dynamodb-update';

/** Kept requests in DynamoDB, and which retries were used. DynamoDB deletes them some time after `expiresAt`. */
export class DynamoDbKeptRequests implements KeptRequestStore, RetryStore {
  constructor(
    private readonly items: ItemUpdates & ItemReads,
    private readonly table: string,
  ) {}

  public async count(
    { customer, id }: Pick<KeptRequest, 'customer' | 'id'>,
    hour: number,
    limit: number,
    forgetAt: EpochSeconds,
  ): Promise<boolean> {
    const { done } = await this.items.updateItem(this.table, {
      key: Key.requestCount(customer, hour),
      update: 'SET #expiresAt = :expiresAt ADD #requests :one, #ids :ids',
      condition: 'attribute_not_exists(#requests) OR #requests < :limit',
      attributes: ['expiresAt', 'requests', 'ids'],
      values: { ':expiresAt': number(forgetAt), ':one': number(1), ':ids': { SS: [id] }, ':limit': number(limit) },
    });
    return done;
  }

  public async keep(request: KeptRequest, forgetAt: EpochSeconds): Promise<void> {
    const { id, customer, apiId, tokenHash, sealed = new Uint8Array(), expiresAt } = request;
    const { done, item } = await this.items.updateItem(this.table, {
      key: Key.request(id),
      update:
        'SET #customer = :customer, #apiId = :apiId, #tokenHash = :tokenHash, #sealed = :sealed, #runUntil = :runUntil, ' +
        '#expiresAt = :expiresAt',
      condition: 'attribute_not_exists(#tokenHash)',
      attributes: ['customer', 'apiId', 'tokenHash', 'sealed', 'runUntil', 'expiresAt'],
      values: {
        ':customer': text(customer),
        ':apiId': text(apiId),
        ':tokenHash': binary(tokenHash),
        ':sealed': binary(sealed),
        ':runUntil': number(expiresAt),
        ':expiresAt': number(forgetAt),
      },
    });
    // A write whose answer was lost, and that was made again, finds itself.
    if (!done && !Buffer.from(tokenHash).equals(item?.tokenHash?.B ?? new Uint8Array())) {
      throw new Error('a request is kept already under a secret that was made for another');
    }
  }

  public async find(id: string): Promise<KeptRequest | undefined> {
    const item = await this.items.getItem(this.table, Key.request(id));
    return item?.tokenHash === undefined ? undefined : toKeptRequest(id, item);
  }

  public async claim(id: string, run: string): Promise<boolean> {
    const { done, item } = await this.items.updateItem(this.table, {
      key: Key.request(id),
      update: 'SET #run = :run',
      condition: 'attribute_exists(#sealed) AND attribute_not_exists(#run)',
      attributes: ['sealed', 'run'],
      values: { ':run': text(run) },
    });
    return done || item?.run?.S === run;
  }

  public async release(id: string, run: string): Promise<void> {
    await this.items.updateItem(this.table, {
      key: Key.request(id),
      update: 'REMOVE #run',
      condition: '#run = :run',
      attributes: ['run'],
      values: { ':run': text(run) },
    });
  }

  public async forget(id: string, run: string): Promise<void> {
    await this.items.updateItem(this.table, {
      key: Key.request(id),
      update: 'REMOVE #sealed',
      condition: '#run = :run',
      attributes: ['run', 'sealed'],
      values: { ':run': text(run) },
    });
  }

  public async claimRetry(id: string, run: string, forgetAt: EpochSeconds): Promise<boolean> {
    const { done, item } = await this.items.updateItem(this.table, {
      key: Key.request(id),
      update: 'SET #run = :run, #expiresAt = :expiresAt',
      condition: 'attribute_not_exists(#run)',
      attributes: ['run', 'expiresAt'],
      values: { ':run': text(run), ':expiresAt': number(forgetAt) },
    });
    return done || item?.run?.S === run;
  }
}

function toKeptRequest(id: string, item: Item): KeptRequest {
  return {
    id,
    customer: item.customer?.S ?? '',
    apiId: item.apiId?.S ?? '',
    tokenHash: item.tokenHash?.B ?? new Uint8Array(),
    sealed: item.sealed?.B,
    expiresAt: Number(item.runUntil?.N ?? 0),
    used: item.run !== undefined,
  };
}
