import { setTimeout as delay } from 'node:timers/promises';
import type { Item } from './dynamodb-items';
import { type ConditionalUpdate, type Items, isThrottled, type UpdateOutcome } from './dynamodb-update';

/** Waits for so many milliseconds at most, so that two who wait do not meet again. */
export type Pause = (most: number) => Promise<unknown>;

export const randomPause: Pause = (most) => delay(Math.random() * most);

/** Milliseconds at most between two attempts at an item that takes no more requests for now. */
const MAX_DELAY = 50;

/** For some seconds, all in all: Stripe waits longer for its answer. */
const MAX_ATTEMPTS = 250;

/**
 * For what must get through to an item that calls write as often as it takes: a payment's. It is over a client that leaves throttled
 * requests to it: the SDK waits for seconds between its few attempts, and gives up where this one has long found a gap.
 */
export class PatientItems implements Items {
  constructor(
    private readonly items: Items,
    private readonly pause: Pause = randomPause,
  ) {}

  public getItem(table: string, key: Item): Promise<Item | undefined> {
    return this.patiently(() => this.items.getItem(table, key));
  }

  public putNew(table: string, item: Item): Promise<boolean> {
    return this.patiently(() => this.items.putNew(table, item));
  }

  public updateItem(table: string, write: ConditionalUpdate): Promise<UpdateOutcome> {
    return this.patiently(() => this.items.updateItem(table, write));
  }

  private async patiently<T>(request: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await request();
      } catch (error) {
        if (!isThrottled(error) || attempt === MAX_ATTEMPTS) {
          throw error;
        }
      }
      await this.pause(MAX_DELAY);
    }
  }
}
