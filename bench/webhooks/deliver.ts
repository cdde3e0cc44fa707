import { Agent, request } from 'node:http';
import type { Delivery } from './events';

export interface Answer {
  /** 0 where none came. */
  readonly status: number;
  readonly milliseconds: number;
}

export interface Burst {
  readonly answers: readonly Answer[];
  /** From the first request to the last answer. */
  readonly milliseconds: number;
}

/** Posts all of them at once, each on a connection of its own. */
export async function deliver(url: string, deliveries: readonly Delivery[]): Promise<Burst> {
  const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });
  const begun = performance.now();
  const answers = await Promise.all(deliveries.map((delivery) => post(url, delivery, agent)));
  const milliseconds = performance.now() - begun;
  agent.destroy();
  return { answers, milliseconds };
}

function post(url: string, { payload, headers }: Delivery, agent: Agent): Promise<Answer> {
  const begun = performance.now();
  return new Promise((resolve) => {
    const done = (status: number) => resolve({ status, milliseconds: performance.now() - begun });
    const posting = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => done(response.statusCode ?? 0));
      response.once('error', () => done(0));
    });
    posting.once('error', () => done(0));
    posting.end(payload);
  });
}
