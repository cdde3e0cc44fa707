import { type DevServer, startDevServer } from '../../local/dev-server';

/** Where the parts are that the soak talks to. */
export interface SoakedGateway {
  /** With a slash at its end. */
  readonly apiUrl: string;
  readonly stripeUrl: string;
  readonly storeUrl: string;
  readonly table: string;
}

/** What the gateway's process holds, in bytes, once what nobody needs is collected. */
export interface Memory {
  /** Of the thread that serves; functions run in threads of their own. */
  readonly heap: number;
  /** Of the whole process. */
  readonly resident: number;
}

/** What the soak asks for: to wait until no event is on its way, or to say how much memory there is in use. */
export type Question = 'idle' | 'memory';

/** A synthesized app in the local gateway, in a process of its own that holds nothing else. */
async function main(assemblyDir: string): Promise<void> {
  const server = await startDevServer({ assemblyDir, port: 0 });
  // Whoever has started it is gone, or has what he wants.
  process.once('disconnect', () => {
    server.close().finally(() => process.exit());
  });
  process.on('message', (question: Question) => void answer(question, server).then((given) => process.send?.(given)));
  const served: SoakedGateway = {
    apiUrl: server.apis[0]?.url ?? '',
    stripeUrl: server.stripe?.url ?? '',
    storeUrl: server.storeUrl,
    table: server.app.tables[0]?.name ?? '',
  };
  process.send?.(served);
}

async function answer(question: Question, { stripe }: DevServer): Promise<Memory | true> {
  if (question === 'idle') {
    await stripe?.idle();
    return true;
  }
  global.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, resident: rss };
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
