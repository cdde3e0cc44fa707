import type { TransactWriteItem, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { Clawback, Grant } from '../../lambda/domain/ledger';
import type { Engine, Payment } from '../engines/engine';
import { type Requests, SDK_RETRIES, SimulatedClient } from './client';
import { fork, type Random } from './random';
import type { Scheduler } from './scheduler';

/** Payments that come at an even pace while calls come. */
export interface PaymentLoad {
  /** Milliseconds from one to the next, and to the first. */
  readonly every: number;
  readonly kind: (Grant | Clawback)['kind'];
  readonly units: number;
}

/** What became of payments. */
export class PaymentTally {
  /** Of each that was carried out when it first came: milliseconds to its end, and how often it tried to write the balance. */
  readonly waits: number[] = [];
  readonly attempts: number[] = [];
  /** Those that were not, and of which Stripe would send the event again. */
  readonly failed: Payment[] = [];
  /** Units that came, less those that went back. */
  units = 0;

  get count(): number {
    return this.waits.length + this.failed.length;
  }
}

/** The function of payments: an execution environment for each event, with the SDK as it comes. */
export class Payments {
  readonly tally = new PaymentTally();
  private arrived = 0;

  constructor(
    private readonly engine: Engine,
    private readonly dynamoDb: Requests,
    private readonly scheduler: Scheduler,
    private readonly random: Random,
  ) {}

  /** One more for the customer. */
  async arrive(customer: string, { kind, units }: PaymentLoad): Promise<void> {
    const id = `p${this.arrived++}`;
    const payment: Payment = { event: `evt_${id}`, customer, entry: { kind, id, units } };
    this.tally.units += kind === 'clawback' ? -units : units;
    const start = this.scheduler.now;
    const requests = new CountingRequests(this.dynamoDb);
    if (await this.carryOut(payment, requests)) {
      this.tally.waits.push(this.scheduler.now - start);
      this.tally.attempts.push(requests.attempts);
    } else {
      this.tally.failed.push(payment);
    }
  }

  /** Those that failed once more, as Stripe sends them again. */
  async redeliver(): Promise<void> {
    for (const payment of this.tally.failed) {
      if (!(await this.carryOut(payment, this.dynamoDb))) {
        throw new Error(`${payment.event} could not be carried out once the calls had ended`);
      }
    }
  }

  private async carryOut(payment: Payment, requests: Requests): Promise<boolean> {
    const { scheduler } = this;
    const random = fork(this.random);
    const client = new SimulatedClient(requests, scheduler, fork(random), SDK_RETRIES);
    const pause = (most: number) => scheduler.sleep(random() * most);
    try {
      await this.engine.pay?.({ client, milliseconds: () => scheduler.now, pause }, payment);
      return true;
    } catch {
      return false;
    }
  }
}

/** Counts how often a payment tries to write the balance, the client's own retries included. */
class CountingRequests implements Requests {
  attempts = 0;

  constructor(private readonly inner: Requests) {}

  get usage() {
    return this.inner.usage;
  }

  updateItem(...[input]: Parameters<Requests['updateItem']>) {
    this.attempts += isOfBalance(input) ? 1 : 0;
    return this.inner.updateItem(input);
  }

  transactWriteItems(...[input]: Parameters<Requests['transactWriteItems']>) {
    const touches = ({ Update }: TransactWriteItem) => Update !== undefined && isOfBalance(Update);
    this.attempts += input.TransactItems?.some(touches) ? 1 : 0;
    return this.inner.transactWriteItems(input);
  }

  putItem(...[input]: Parameters<Requests['putItem']>) {
    return this.inner.putItem(input);
  }

  getItem(...[input]: Parameters<Requests['getItem']>) {
    return this.inner.getItem(input);
  }
}

function isOfBalance({ Key }: Pick<UpdateItemCommandInput, 'Key'>): boolean {
  return Key?.sk?.S === 'BALANCE';
}
