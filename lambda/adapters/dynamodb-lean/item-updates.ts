import { setTimeout as delay } from 'node:timers/promises';
import type { Item } from '../dynamodb-items';
import {
  type ConditionalUpdate,
  getItemInput,
  type Items,
  isThrottled,
  putNewInput,
  putOutcome,
  type UpdateOutcome,
  updateItemInput,
} from '../dynamodb-update';
import { parseObject } from '../parse-object';
import { fromWireItem, toWireItem, type WireItem } from './attribute-values';
import { Connection, type HttpAnswer, type Timeouts } from './connection';
import { DynamoDbError, isTransient, NoAnswerError } from './errors';
import { credentialsFromEnvironment, endpointFromEnvironment, regionFromEnvironment } from './settings';
import { type Credentials, RequestSigner } from './signature';

/** What the client takes from its surroundings. */
export interface LeanClientOptions {
  /** @default - Lambda's */
  readonly region?: string;
  /** @default - as the SDKs find it */
  readonly endpoint?: URL;
  /** Asked before every request. @default - Lambda's */
  readonly credentials?: () => Credentials;
  /** Milliseconds; `total` is for all attempts together. @default - short ones, as callers wait */
  readonly timeouts?: Timeouts & { readonly total: number };
  /** @default 2 */
  readonly attempts?: number;
  /** What becomes of throttled requests: they are tried again like others, or left to who asks. @default 'retried' */
  readonly throttling?: 'retried' | 'thrown';
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** In [0, 1). */
  readonly random?: () => number;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
  /** Told of each request that is sent again. @default - nobody is */
  readonly onRetry?: () => void;
}

const TIMEOUTS = { connect: 500, response: 1_000, total: 2_000 };

/** One retry: whoever waits for a slow store holds an execution environment that other callers need. */
const ATTEMPTS = 2;
/** Milliseconds before it; before each further one twice as many. */
const DELAY = { least: 5, spread: 20 };

const CONTENT_TYPE = 'application/x-amz-json-1.0';
const API = 'DynamoDB_20120810';

type Operation = 'GetItem' | 'PutItem' | 'UpdateItem';

interface Answer {
  /** What a read has found. */
  readonly Item?: WireItem;
  /** The item after an update. */
  readonly Attributes?: WireItem;
}

interface ErrorAnswer {
  /** `com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException` */
  readonly __type?: string;
  readonly message?: string;
  readonly Message?: string;
  /** Of a failed condition: the item as it stands. */
  readonly Item?: WireItem;
}

/**
 * Conditional writes, and reads, by HTTP and nothing between: for the authorizer, which every caller waits for, and for payments.
 *
 * An answer that got lost may belong to a write that was made, and the retry makes it again: right for writes that only take away,
 * or whose condition does not hold twice.
 */
export class LeanItemUpdates implements Items {
  private readonly host: string;
  private readonly connection: Connection;
  private readonly signer: RequestSigner;
  private readonly credentials: () => Credentials;
  private readonly timeouts: Timeouts & { readonly total: number };
  private readonly attempts: number;
  private readonly throttling: 'retried' | 'thrown';
  private readonly now: () => number;
  private readonly random: () => number;
  private readonly sleep: (milliseconds: number) => Promise<unknown>;
  private readonly onRetry: () => void;

  constructor(options: LeanClientOptions = {}) {
    const region = options.region ?? regionFromEnvironment();
    const endpoint = options.endpoint ?? endpointFromEnvironment(region);
    this.host = endpoint.host;
    this.timeouts = options.timeouts ?? TIMEOUTS;
    this.attempts = options.attempts ?? ATTEMPTS;
    this.throttling = options.throttling ?? 'retried';
    this.connection = new Connection(endpoint, this.timeouts);
    this.signer = new RequestSigner('dynamodb', region);
    this.credentials = options.credentials ?? credentialsFromEnvironment;
    this.now = options.now ?? Date.now;
    this.random = options.random ?? Math.random;
    this.sleep = options.sleep ?? delay;
    this.onRetry = options.onRetry ?? (() => undefined);
  }

  /** Begins to connect, so that the first call need not wait for all of it. */
  public open(): void {
    this.connection.open();
  }

  public close(): void {
    this.connection.close();
  }

  public async updateItem(table: string, write: ConditionalUpdate): Promise<UpdateOutcome> {
    const { again } = write;
    let isAgain = false;
    const bodyAgain =
      again &&
      (() => {
        isAgain = true;
        return updateBody(table, again);
      });
    const outcome = await this.send('UpdateItem', updateBody(table, write), toOutcome, bodyAgain);
    return outcome.done || !isAgain ? outcome : { ...outcome, isUncertain: true };
  }

  public async getItem(table: string, key: Item): Promise<Item | undefined> {
    const body = JSON.stringify({ ...getItemInput(table, key), Key: toWireItem(key) });
    return this.send('GetItem', body, (answer) => {
      const { Item } = successOf(answer);
      return Item && fromWireItem(Item);
    });
  }

  public async putNew(table: string, item: Item): Promise<boolean> {
    const body = JSON.stringify({ ...putNewInput(table, item), Item: toWireItem(item) });
    return this.send('PutItem', body, (answer) => putOutcome(toOutcome(answer)));
  }

  /** @param bodyAgain what is sent once an attempt has failed of which it is not known whether it was carried out */
  private async send<T>(
    operation: Operation,
    firstBody: string,
    read: (answer: HttpAnswer) => T,
    bodyAgain?: () => string,
  ): Promise<T> {
    const deadline = this.now() + this.timeouts.total;
    let body = firstBody;
    for (let attempt = 1; ; attempt++) {
      try {
        return read(await this.post(operation, body, deadline));
      } catch (error) {
        const pause = (DELAY.least + this.random() * DELAY.spread) * 2 ** (attempt - 1);
        if (attempt === this.attempts || !this.isTriedAgain(error) || this.now() + pause >= deadline) {
          throw error;
        }
        body = bodyAgain === undefined || isThrottled(error) ? body : bodyAgain();
        this.onRetry();
        await this.sleep(pause);
      }
    }
  }

  private isTriedAgain(error: unknown): boolean {
    return isTransient(error) && !(this.throttling === 'thrown' && isThrottled(error));
  }

  /** A kept-alive socket may have died while the handler was frozen; that says nothing about DynamoDB, and is no attempt. */
  private async post(operation: Operation, body: string, deadline: number): Promise<HttpAnswer> {
    try {
      return await this.postOnce(operation, body, deadline);
    } catch (error) {
      if (error instanceof NoAnswerError && error.onDeadSocket) {
        return await this.postOnce(operation, body, deadline);
      }
      throw error;
    }
  }

  private postOnce(operation: Operation, body: string, deadline: number): Promise<HttpAnswer> {
    const now = this.now();
    const headers = {
      host: this.host,
      'content-length': String(Buffer.byteLength(body)),
      'content-type': CONTENT_TYPE,
      'x-amz-target': `${API}.${operation}`,
    };
    return this.connection.post(this.signer.sign({ headers, body }, this.credentials(), now), body, deadline - now);
  }
}

function updateBody(table: string, write: ConditionalUpdate): string {
  return JSON.stringify({
    ...updateItemInput(table, write),
    Key: toWireItem(write.key),
    ExpressionAttributeValues: toWireItem(write.values),
  });
}

function toOutcome(answer: HttpAnswer): UpdateOutcome {
  const { __type, Item } = (parseObject(answer.body) ?? {}) as ErrorAnswer;
  if (nameOf(__type) === 'ConditionalCheckFailedException') {
    return { done: false, item: Item && fromWireItem(Item) };
  }
  return { done: true, item: fromWireItem(successOf(answer).Attributes ?? {}) };
}

/** What DynamoDB says; its error, thrown, where it says no. */
function successOf({ statusCode, requestId, body }: HttpAnswer): Answer {
  const answer = parseObject(body);
  if (statusCode === 200 && answer !== undefined) {
    return answer;
  }
  const { __type, message, Message } = (answer ?? {}) as ErrorAnswer;
  throw new DynamoDbError(nameOf(__type), message ?? Message ?? 'no reason was given', statusCode, requestId);
}

function nameOf(type: string | undefined): string {
  return type?.split('#').at(-1) ?? 'UnreadableAnswer';
}
