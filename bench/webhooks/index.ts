import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { aligned, rounded, text } from '../report';
import { readBooks } from './books';
import { deliver } from './deliver';
import { purchases, signed } from './events';
import type { ServedGateway } from './gateway';
import { isTaken, METRICS, outcomeOf } from './outcome';

const POSTS = 1_000;
const QUICK_POSTS = 50;

/** Every execution environment that the gateway starts is warm after so many. */
const WARM_UP_POSTS = 64;

/** How often Stripe sends again what was not answered with success; it would do so for three days. */
const REDELIVERIES = 5;

const TITLE = 'Webhooks at once';

const VARIANTS = [
  { name: 'each event once', times: 1 },
  { name: 'half as many, each twice', times: 2 },
] as const;

/** Signed events over HTTP to the demo in the local gateway, all at once; then what the ledger and the balances say. */
export async function measureWebhooks(quick: boolean) {
  const posts = quick ? QUICK_POSTS : POSTS;
  const loadAverage = rounded(loadavg()[0] ?? 0);
  const gateway = await startGateway();
  try {
    await burst(gateway.served, WARM_UP_POSTS, 1, 'warmup');
    const figures = [];
    for (const { name, times } of VARIANTS) {
      const values = await burst(gateway.served, posts, times, `of${times}x`);
      figures.push(
        ...METRICS.map(({ metric, unit }, index) => ({ variant: name, metric, unit, value: values[index] ?? 0 })),
      );
    }
    return { posts, loadAverage, figures };
  } finally {
    gateway.close();
  }
}

async function burst(served: ServedGateway, posts: number, times: number, round: string): Promise<number[]> {
  const sold = purchases(served.paywallId, posts / times, round);
  const deliveries = Array.from({ length: times }, () => sold.map(signed)).flat();
  const { answers, milliseconds } = await deliver(served.webhookUrl, deliveries);
  let refused = deliveries.filter((_, index) => !isTaken(answers[index]));
  for (let again = 0; again < REDELIVERIES && refused.length > 0; again++) {
    const later = await deliver(served.webhookUrl, refused);
    refused = refused.filter((_, index) => !isTaken(later.answers[index]));
  }
  return outcomeOf({ answers, milliseconds }, sold, await readBooks(served));
}

type Measured = Awaited<ReturnType<typeof measureWebhooks>>;

export function webhooksTable({ posts, loadAverage, figures }: Measured): string {
  const rows = VARIANTS.map(({ name }) => [
    name,
    ...figures.filter(({ variant }) => variant === name).map(({ value }) => text(value)),
  ]);
  const header = METRICS.map(({ metric, unit }) => (unit === '' ? metric : `${metric}, ${unit}`));
  const targets = METRICS.map((metric) => ('atMost' in metric ? `≤ ${text(metric.atMost)}` : ''));
  const description = `${text(posts)} posts at once of signed events of paid packs, to the webhook in the local gateway.`;
  const load = `Load average ${text(loadAverage)} at the start: the seconds are the machine's.`;
  return `## ${TITLE}\n${description}\n\n${aligned([['', ...header], ...rows, ['  target', ...targets]])}${load}`;
}

/** What stands in results.json beside the conditions. */
export function webhooksResults({ figures, ...conditions }: Measured) {
  const targets = METRICS.flatMap((metric) =>
    'atMost' in metric ? { metric: metric.metric, atMost: metric.atMost } : [],
  );
  return { ...conditions, targets, figures: figures.map((figure) => ({ ...figure, value: rounded(figure.value) })) };
}

/** Lines about targets that were not reached. */
export function webhooksMisses({ figures }: Measured): string[] {
  return METRICS.flatMap((target) =>
    'atMost' in target
      ? figures
          .filter(({ metric, value }) => metric === target.metric && value > target.atMost)
          .map(({ variant, metric, value }) => `${TITLE}, ${variant}, ${metric}: ${text(value)}, not ${target.atMost}`)
      : [],
  );
}

interface RunningGateway {
  readonly served: ServedGateway;
  close(): void;
}

async function startGateway(): Promise<RunningGateway> {
  const child = fork(join(__dirname, 'gateway.ts'), { execArgv: process.execArgv });
  return { served: await firstMessage(child), close: () => child.disconnect() };
}

async function firstMessage(child: ChildProcess): Promise<ServedGateway> {
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the local gateway ended with ${code}`)));
  const [served] = (await Promise.race([once(child, 'message'), ended])) as [ServedGateway];
  ended.catch(() => {});
  return served;
}
