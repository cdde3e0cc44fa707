import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { App } from 'aws-cdk-lib';
import { aligned, rounded, text } from '../report';
import { seededRandom } from '../simulation/random';
import { type Audited, audit, NOTHING } from './audit';
import { type Books, readBooks, readPaid, stripeAt } from './books';
import { Client } from './client';
import { Customer, kindOf, type Payments, type Shop } from './customers';
import type { Memory, Question, SoakedGateway } from './gateway';
import { METRICS, type Sample, type Soaked } from './outcome';
import { SoakStack } from './stack';
import { Counts, Traffic } from './traffic';

const TITLE = 'Soak';
const SIZE = { calls: 100_000, customers: 1_000 };
const QUICK_SIZE = { calls: 1_000, customers: 20 };

/** Of the calls: until all is warm, while customers pay, and while nothing is kept of any call. */
const SHARES = { warmUp: 0.2, mixed: 0.5, plain: 0.3 };

/** Of the customers, the most popular: they buy large packs, and whatever is held in advance is mostly theirs. */
const BUSY = 0.02;

/** Samples of the memory, beside the first, in each of the latter two. */
const SAMPLES = 5;

/** Milliseconds that reports and what was not served may take to be settled. */
const PATIENCE = 60_000;

/** Disagreements that are told. */
const TOLD = 20;

/** Calls of many customers over HTTP to the local gateway, while they pay; then what the table, Stripe's side and they themselves say. */
export async function measureSoak(quick: boolean, size = quick ? QUICK_SIZE : SIZE) {
  const loadAverage = rounded(loadavg()[0] ?? 0);
  const assembly = synthesized();
  const gateway = await Gateway.start(assembly);
  const client = new Client(64);
  try {
    const soaked = await new Soak(gateway, client, size).run();
    return { ...size, loadAverage, soaked };
  } finally {
    client.close();
    gateway.close();
    rmSync(assembly, { recursive: true, force: true });
  }
}

/** Here and not in the gateway's process, which what it takes would be counted to. */
function synthesized(): string {
  const outdir = mkdtempSync(join(tmpdir(), 'cdk-paywall-soak-'));
  const app = new App({ outdir, context: { 'aws:cdk:enable-path-metadata': true } });
  new SoakStack(app, 'Soak');
  app.synth();
  return outdir;
}

class Soak {
  private readonly counts = new Counts();
  private readonly payments: Payments = {
    checkouts: 0,
    renewals: 0,
    refunds: 0,
    refusedAtFirst: 0,
    refusedAfterwards: 0,
  };
  private readonly shop: Shop;
  private milliseconds = 0;

  constructor(
    private readonly gateway: Gateway,
    private readonly client: Client,
    private readonly size: typeof SIZE,
  ) {
    const { apiUrl, stripeUrl } = gateway.served;
    const { payments } = this;
    const delivered = () => gateway.ask<void>('idle');
    const stripe = stripeAt(stripeUrl);
    this.shop = { client, payments, stripeUrl, stripe, delivered, billingUrl: `${apiUrl}billing` };
  }

  async run(): Promise<Soaked> {
    const customers = await this.signUp();
    const { client, counts, payments } = this;
    const { apiUrl } = this.gateway.served;
    const traffic = new Traffic({ client, apiUrl, customers, counts, payments, random: seededRandom(1) });
    const { calls } = this.size;
    await this.timed(() => traffic.mixed(calls * SHARES.warmUp));
    const mixed = await this.sampled(calls * SHARES.mixed, (part) => traffic.mixed(part));
    for (const customer of customers.filter(({ kind, pack }) => kind === 'buyer' && pack === 'large')) {
      await customer.buy('large');
    }
    const plain = await this.sampled(calls * SHARES.plain, (part) => traffic.plain(part));
    const first = await this.settled(customers);
    const holding = customers.filter(({ id }) => (first.get(id)?.held ?? 0) > 0);
    const measured = { milliseconds: this.milliseconds, counts: { ...counts, calls: counts.calls } as Counts };
    for (const customer of holding) {
      await traffic.drain(customer);
    }
    const last = await this.settled(customers);
    return {
      ...measured,
      payments,
      mixed,
      plain,
      held: heldBy(first),
      heldAfterwards: heldBy(last),
      disagreements: [...new Set([...first, ...last].flatMap(([, { disagreements }]) => disagreements))],
    };
  }

  private async signUp(): Promise<Customer[]> {
    const customers: Customer[] = [];
    for (let index = 0; index < this.size.customers; index++) {
      const { status, body } = await this.client.post(`${this.shop.billingUrl}/sign-up`);
      if (status !== 201) {
        throw new Error(`a sign-up was answered with ${status}: ${JSON.stringify(body)}`);
      }
      const isBusy = index < this.size.customers * BUSY;
      const { customer, apiKey } = body;
      customers.push(new Customer(String(customer), String(apiKey), { ...this.shop, kind: kindOf(index), isBusy }));
    }
    return customers;
  }

  /** Makes calls in parts, and looks at the memory before the first and after each. */
  private async sampled(calls: number, run: (part: number) => Promise<void>): Promise<Sample[]> {
    const samples = [await this.sample()];
    for (let part = 0; part < SAMPLES; part++) {
      await this.timed(() => run(calls / SAMPLES));
      samples.push(await this.sample());
    }
    return samples;
  }

  private async sample(): Promise<Sample> {
    await this.gateway.ask('idle');
    const { items } = await readBooks(this.gateway.served);
    // What has just been read is garbage by then.
    const memory = await this.gateway.ask<Memory>('memory');
    if (process.stderr.isTTY) {
      process.stderr.write(`\rsoak: ${this.counts.calls} of ${this.size.calls} calls`);
    }
    return { calls: this.counts.calls, items, ...memory };
  }

  private async timed(run: () => Promise<void>): Promise<void> {
    const begun = performance.now();
    await run();
    this.milliseconds += performance.now() - begun;
  }

  /** What the audit says once everything is settled, or when it is late for that. */
  private async settled(customers: readonly Customer[]): Promise<ReadonlyMap<string, Audited>> {
    await this.gateway.ask('idle');
    const paid = await readPaid(this.shop.stripe);
    const given = performance.now();
    for (;;) {
      const audited = auditAll(customers, await readBooks(this.gateway.served), paid);
      const agrees = [...audited.values()].every(({ disagreements }) => disagreements.length === 0);
      if (agrees || performance.now() - given > PATIENCE) {
        return audited;
      }
      await sleep(500);
    }
  }
}

function auditAll(
  customers: readonly Customer[],
  { byCustomer }: Books,
  paid: Awaited<ReturnType<typeof readPaid>>,
): ReadonlyMap<string, Audited> {
  return new Map(customers.map(({ id, tally }) => [id, audit(id, tally, byCustomer.get(id), paid.get(id) ?? NOTHING)]));
}

function heldBy(audited: ReadonlyMap<string, Audited>): number {
  return [...audited.values()].reduce((sum, { held }) => sum + held, 0);
}

type Measured = Awaited<ReturnType<typeof measureSoak>>;

export function soakTable({ calls, customers, loadAverage, soaked }: Measured): string {
  const rows = METRICS.map(({ metric, unit, atMost, value }) => [
    unit === '' ? metric : `${metric}, ${unit}`,
    text(value(soaked)),
    atMost === undefined ? '' : `≤ ${text(atMost)}`,
  ]);
  const samples = [...soaked.mixed, ...soaked.plain].map(({ calls: after, items, heap, resident }) =>
    [after, items, heap / 2 ** 20, resident / 2 ** 20].map(text),
  );
  const description = `${text(calls)} calls of ${text(customers)} customers to the local gateway, most of them while others pay.`;
  const load = `Load average ${text(loadAverage)} at the start: the seconds are the machine's.`;
  const others = [...soaked.counts.others].map(([status, times]) => `\nanswered ${status}: ${times}`);
  const wrong = soaked.disagreements.slice(0, TOLD).map((line) => `\n${line}`);
  return [
    `## ${TITLE}\n${description}\n`,
    aligned([['', 'value', 'target'], ...rows]),
    aligned([['after calls', 'items', 'heap, MB', 'resident, MB'], ...samples]),
    `${load}${others.join('')}${wrong.join('')}`,
  ].join('\n');
}

/** What stands in results.json beside the conditions. */
export function soakResults({ calls, customers, loadAverage, soaked }: Measured) {
  const figures = METRICS.map(({ metric, unit, value }) => ({ metric, unit, value: rounded(value(soaked)) }));
  const targets = METRICS.flatMap(({ metric, atMost }) => (atMost === undefined ? [] : [{ metric, atMost }]));
  return { calls, customers, loadAverage, targets, figures, memory: { mixed: soaked.mixed, plain: soaked.plain } };
}

/** Lines about targets that were not reached. */
export function soakMisses({ soaked }: Measured): string[] {
  return METRICS.filter(({ atMost, value }) => atMost !== undefined && value(soaked) > atMost).map(
    ({ metric, atMost, value }) => `${TITLE}, ${metric}: ${text(value(soaked))}, not ${atMost}`,
  );
}

/** The gateway's process, which answers one question at a time. */
class Gateway {
  static async start(assembly: string): Promise<Gateway> {
    const child = fork(join(__dirname, 'gateway.ts'), [assembly], { execArgv: [...process.execArgv, '--expose-gc'] });
    const gateway = new Gateway(child);
    gateway.served = await gateway.answer<SoakedGateway>();
    return gateway;
  }

  served!: SoakedGateway;
  private last: Promise<unknown> = Promise.resolve();

  private constructor(private readonly child: ChildProcess) {}

  ask<Answer>(question: Question): Promise<Answer> {
    const answer = this.last.then(() => {
      const given = this.answer<Answer>();
      this.child.send(question);
      return given;
    });
    this.last = answer.catch(() => undefined);
    return answer;
  }

  close(): void {
    this.child.disconnect();
  }

  private async answer<Answer>(): Promise<Answer> {
    const done = new AbortController();
    const { signal } = done;
    const ended = once(this.child, 'exit', { signal }).then(([code]) => {
      throw new Error(`the local gateway ended with ${code}`);
    });
    ended.catch(() => {});
    const answered = once(this.child, 'message', { signal });
    answered.catch(() => {});
    try {
      const [answer] = (await Promise.race([answered, ended])) as [Answer];
      return answer;
    } finally {
      done.abort();
    }
  }
}
