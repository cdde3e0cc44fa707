import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Sample } from './measure';
import type { Job } from './worker';

/** Does the jobs on all processors; the answers come in the order of the jobs. */
export async function inParallel(jobs: readonly Job[], onDone: (done: number) => void): Promise<Sample[][]> {
  const answers: Sample[][] = [];
  const queue = [...jobs.entries()];
  let done = 0;
  const worker = async () => {
    const child = fork(join(__dirname, 'worker.ts'), { execArgv: process.execArgv });
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [index, job] = next;
        answers[index] = await ask(child, job);
        onDone(++done);
      }
    } finally {
      child.kill();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), jobs.length) }, worker));
  return answers;
}

function ask(child: ChildProcess, job: Job): Promise<Sample[]> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`a worker ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (samples) => {
      child.off('exit', onExit);
      resolve(samples as Sample[]);
    });
    child.send(job);
  });
}
