import { setTimeout as sleep } from 'node:timers/promises';
import { fork, type Random, weightedPicker } from '../simulation/random';
import type { Answer, Client } from './client';
import type { Customer, Payments } from './customers';
import { BULK, PLAIN, ROUTES, type Route } from './terms';

/** Calls that are under way at a time. */
const CONCURRENCY = 8;

/** Payments that are under way at a time. */
const PAYING = 2;

/** Of the calls, the part that those make who never pay. */
const HAMMERED = 0.1;

/** Milliseconds for which a refusal is kept in memory, and a little more. */
const MEMORY = 600;

/** What the calls have come to. */
export class Counts {
  calls = 0;
  served = 0;
  failing = 0;
  reported = 0;
  refused = 0;
  /** Neither served, nor failed by the backend, nor refused with 402: it is not known whether they were charged. */
  readonly others = new Map<number, number>();
  readonly milliseconds: number[] = [];
}

export interface TrafficOptions {
  readonly client: Client;
  readonly apiUrl: string;
  readonly customers: readonly Customer[];
  readonly random: Random;
  readonly counts: Counts;
  readonly payments: Payments;
}

/** Customers who call as the popular and the others do, and pay meanwhile. */
export class Traffic {
  private readonly pick: (random: Random) => number;
  private readonly pickRoute = weightedPicker(ROUTES.map(({ share }) => share));
  private readonly hammers: readonly Customer[];
  private readonly random: Random;
  private readonly paying = new Set<Promise<void>>();
  private failure: unknown;

  constructor(private readonly options: TrafficOptions) {
    const { customers, random } = options;
    // Zipf's law, as call volumes mostly follow it.
    this.pick = weightedPicker(customers.map((_, index) => 1 / (index + 1)));
    this.hammers = customers.filter(({ kind }) => kind === 'hammer');
    this.random = fork(random);
  }

  /** Calls of all kinds, while those pay who have nothing left; waits for the payments too. */
  async mixed(calls: number): Promise<void> {
    await this.repeat(calls, async () => {
      const customer = this.next();
      const { status } = await this.call(customer, ROUTES[this.pickRoute(this.random)] ?? PLAIN);
      if (status === 402) {
        this.mayPay(customer);
      }
    });
    await Promise.all(this.paying);
    this.throwFailure();
  }

  /** Calls that leave nothing behind: all are answered by the backend or with 402, and nobody pays. */
  async plain(calls: number): Promise<void> {
    await this.repeat(calls, async () => {
      await this.call(this.next(), PLAIN);
    });
  }

  /** Spends what a customer has left, wherever it is: several rounds, so that every environment that holds something of his is met. */
  async drain(customer: Customer): Promise<void> {
    for (const route of [BULK, PLAIN]) {
      for (let isServed = true; isServed; ) {
        const before = this.options.counts.served;
        await this.repeat(CONCURRENCY * 4, async () => {
          await this.call(customer, route);
        });
        isServed = this.options.counts.served > before;
      }
    }
  }

  async call(customer: Customer, { path, cost, isReported }: Route): Promise<Answer> {
    const { client, apiUrl, counts } = this.options;
    // Who subscribes never owes anything, so that his periods do not lean on each other.
    const most = customer.kind === 'buyer' ? 2 * cost : cost;
    const units = isReported ? Math.floor(this.random() * (most + 1)) : cost;
    const answer = await client.post(apiUrl + path, { key: customer.key, body: { units } });
    const { status, body, milliseconds } = answer;
    counts.calls += 1;
    counts.milliseconds.push(milliseconds);
    const isCounted = typeof body.period === 'number';
    if (status === 200 && isCounted) {
      customer.tally.add(Number(body.period), cost, cost - units);
      counts.served += 1;
      counts.reported += Number(isReported);
    } else if (status === 500 && isCounted) {
      customer.tally.add(Number(body.period), cost, cost);
      counts.failing += 1;
    } else if (status === 402) {
      counts.refused += 1;
    } else {
      counts.others.set(status, (counts.others.get(status) ?? 0) + 1);
    }
    return answer;
  }

  private next(): Customer {
    const { customers } = this.options;
    const hammer = this.hammers[Math.floor(this.random() * this.hammers.length)];
    const anybody = customers[this.pick(this.random)] as Customer;
    return this.random() < HAMMERED && hammer !== undefined ? hammer : anybody;
  }

  private mayPay(customer: Customer): void {
    if (customer.kind === 'hammer' || customer.isPaying || this.paying.size >= PAYING) {
      return;
    }
    const payment = this.payAndCall(customer)
      .catch((error: unknown) => {
        this.failure ??= error;
      })
      .finally(() => this.paying.delete(payment));
    this.paying.add(payment);
  }

  /**
   * The next call must work, unless the money has gone to debts, or back. Who hammers with nothing left is refused from memory for half a
   * second, and may meet that.
   */
  private async payAndCall(customer: Customer): Promise<void> {
    const { payments } = this.options;
    await customer.pay();
    if (await this.isRefused(customer)) {
      payments.refusedAtFirst += 1;
      await sleep(MEMORY);
      payments.refusedAfterwards += Number(await this.isRefused(customer));
    }
  }

  private async isRefused(customer: Customer): Promise<boolean> {
    const { status } = await this.call(customer, PLAIN);
    return status === 402 && (customer.kind === 'subscriber' || customer.left >= ENOUGH);
  }

  private async repeat(times: number, once: () => Promise<void>): Promise<void> {
    let begun = 0;
    const worker = async () => {
      while (begun < times && this.failure === undefined) {
        begun += 1;
        await once();
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
    this.throwFailure();
  }

  private throwFailure(): void {
    if (this.failure !== undefined) {
      throw this.failure;
    }
  }
}

/** More than the calls that are under way can have taken of what is left. */
const ENOUGH = CONCURRENCY * 10;
