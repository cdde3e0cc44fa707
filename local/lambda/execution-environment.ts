import { realpathSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { LocalClock } from '../clock';
import type { FunctionModel } from '../template/model';
import { handlerFile, parseHandler } from './handler-file';
import type { ChunkSink, InvocationResult } from './runtime';
import { WORKER_SOURCE } from './worker-source';

export interface Invocation {
  readonly requestId: string;
  /** As it was called: with the version or alias, if any. */
  readonly functionArn: string;
  /** JSON. */
  readonly event: string;
  readonly onChunk?: ChunkSink;
}

export type LogSink = (functionName: string, line: string) => void;

type WorkerMessage =
  | { readonly type: 'wrote'; readonly stream: string; readonly text: string }
  | { readonly type: 'loaded' }
  | { readonly type: 'streamed'; readonly bytes: Uint8Array }
  | { readonly type: 'succeeded'; readonly payload: string }
  | { readonly type: 'failed'; readonly errorType: string; readonly errorMessage: string };

interface Pending {
  readonly invocation: Invocation;
  readonly settle: (result: InvocationResult) => void;
  timer?: NodeJS.Timeout;
}

/** Lambda's limit for the event and for the response of a synchronous invocation: 6 MB and a little. */
export const MAX_PAYLOAD_BYTES = 6_291_556;

const INIT_TIMEOUT_SECONDS = 10;

/** One execution environment: a worker thread that keeps its module state and serves one invocation at a time. */
export class ExecutionEnvironment {
  private readonly worker: Worker;
  private readonly exit: Promise<void>;
  /** What was written without a line break so far, by stream. */
  private readonly unfinished = new Map<string, string>();
  private pending?: Pending;
  private loaded = false;
  private ended = false;

  /** @throws what keeps the handler from being found */
  constructor(
    private readonly fn: FunctionModel,
    env: Readonly<Record<string, string>>,
    private readonly log: LogSink,
    clock: LocalClock,
    onExit: (environment: ExecutionEnvironment) => void,
  ) {
    this.worker = new Worker(WORKER_SOURCE, {
      eval: true,
      env: { ...env },
      // The flags of the developer's own process, such as a TypeScript loader, are not Lambda's.
      execArgv: [],
      // Without a limit of its own, a function that runs out of memory would take the whole process with it.
      resourceLimits: { maxOldGenerationSizeMb: fn.memoryMegabytes },
      workerData: { ...workerDataOf(fn), clock: clock.shared },
    });
    this.worker.on('message', (message: WorkerMessage) => this.receive(message));
    this.worker.on('error', (error) => this.log(fn.name, error.stack ?? String(error)));
    this.exit = new Promise((resolve) => {
      this.worker.on('exit', (code) => {
        this.ended = true;
        for (const [stream, rest] of this.unfinished) {
          if (rest !== '') {
            this.write(stream, '\n');
          }
        }
        this.settle(exitError(this.pending?.invocation, code));
        onExit(this);
        resolve();
      });
    });
  }

  get usable(): boolean {
    return !this.ended;
  }

  invoke(invocation: Invocation): Promise<InvocationResult> {
    this.worker.ref();
    return new Promise((settle) => {
      this.pending = { invocation, settle };
      this.startTimer(this.loaded ? this.fn.timeoutSeconds : INIT_TIMEOUT_SECONDS);
      const { onChunk: _, ...message } = invocation;
      this.worker.postMessage({ ...message, timeoutMillis: this.fn.timeoutSeconds * 1000 });
    });
  }

  async terminate(): Promise<void> {
    this.ended = true;
    await this.worker.terminate();
    await this.exit;
  }

  private receive(message: WorkerMessage): void {
    switch (message.type) {
      case 'wrote':
        this.write(message.stream, message.text);
        break;
      case 'loaded':
        this.loaded = true;
        this.startTimer(this.fn.timeoutSeconds);
        break;
      case 'streamed':
        this.pending?.invocation.onChunk?.(message.bytes);
        break;
      case 'succeeded':
        this.settle({ ok: true, payload: JSON.parse(message.payload) });
        break;
      case 'failed':
        // What could not be loaded is loaded anew by the next invocation, as Lambda does.
        if (!this.loaded) {
          void this.terminate();
        }
        this.settle({ ok: false, errorType: message.errorType, errorMessage: message.errorMessage });
        break;
    }
  }

  private settle(result: InvocationResult): void {
    const { pending } = this;
    if (!pending) {
      return;
    }
    this.pending = undefined;
    clearTimeout(pending.timer);
    // An idle environment keeps no process alive.
    this.worker.unref();
    pending.settle(result);
  }

  private startTimer(seconds: number): void {
    if (!this.pending) {
      return;
    }
    clearTimeout(this.pending.timer);
    this.pending.timer = setTimeout(() => this.timeOut(seconds), seconds * 1000);
  }

  private timeOut(seconds: number): void {
    const requestId = this.pending?.invocation.requestId ?? '';
    const errorMessage = `${new Date().toISOString()} ${requestId} Task timed out after ${seconds.toFixed(2)} seconds`;
    this.log(this.fn.name, errorMessage);
    void this.terminate();
    this.settle({ ok: false, errorType: 'Sandbox.Timedout', errorMessage });
  }

  private write(stream: string, text: string): void {
    const lines = ((this.unfinished.get(stream) ?? '') + text).split('\n');
    this.unfinished.set(stream, lines.pop() ?? '');
    for (const line of lines) {
      this.log(this.fn.name, line);
    }
  }
}

function workerDataOf(fn: FunctionModel): Readonly<Record<string, unknown>> {
  const name = parseHandler(fn.handler);
  if (!name) {
    throw new LoadError('Runtime.MalformedHandlerName', `Bad handler ${fn.handler}`);
  }
  const file = handlerFile(fn.codePath, fn.handler);
  if (!file) {
    throw new LoadError('Runtime.ImportModuleError', `Error: Cannot find module '${name.module}' in ${fn.codePath}`);
  }
  return {
    // `require` gives real paths, and compares them with this one.
    file: realpathSync(file),
    taskRoot: realpathSync(fn.codePath),
    exportPath: name.exportPath,
    handlerName: fn.handler,
    maxResponseBytes: MAX_PAYLOAD_BYTES,
    takesCallbacks: Number(/^nodejs(\d+)/.exec(fn.runtime)?.[1]) < 24,
  };
}

/** The handler cannot be found, which is known before there is a worker. */
export class LoadError extends Error {
  constructor(
    readonly errorType: string,
    message: string,
  ) {
    super(message);
  }
}

function exitError(invocation: Invocation | undefined, code: number): InvocationResult {
  const errorMessage = `RequestId: ${invocation?.requestId} Error: Runtime exited with error: exit status ${code}`;
  return { ok: false, errorType: 'Runtime.ExitError', errorMessage };
}
