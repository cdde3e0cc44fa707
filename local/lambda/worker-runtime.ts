import { randomUUID } from 'node:crypto';
import { LocalClock } from '../clock';
import type { FunctionModel } from '../template/model';
import { environmentVariables } from './environment-variables';
import {
  ExecutionEnvironment,
  type Invocation,
  LoadError,
  type LogSink,
  MAX_PAYLOAD_BYTES,
} from './execution-environment';
import { unqualifiedArn } from './function-arn';
import type { Interposed, Interposition } from './interposition';
import type { ConfigurableRuntime, InvocationResult } from './runtime';

export interface LambdaRuntimeOptions {
  /** Added to the variables of every function, over its own: endpoints, credentials. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Execution environments of one function at the same time; further invocations wait for one.
   * @default 8
   */
  readonly maxEnvironments?: number;
  /**
   * Takes what functions write to their console, line by line.
   * @default - it is dropped
   */
  readonly onLog?: LogSink;
  /**
   * What functions read as the time.
   * @default - a clock that nobody moves
   */
  readonly clock?: LocalClock;
  /**
   * What their requests go through.
   * @default - they go where they are sent
   */
  readonly interposition?: Interposition;
}

/** Runs Node.js functions as Lambda does, each execution environment in a worker thread of this process. */
export function createLambdaRuntime(
  functions: readonly FunctionModel[],
  options: LambdaRuntimeOptions,
): ConfigurableRuntime {
  const pools = new Map(functions.map((fn) => [fn.arn, new FunctionPool(fn, options)]));
  const poolOf = (functionArn: string) => {
    const pool = pools.get(unqualifiedArn(functionArn));
    if (!pool) {
      throw new Error(`Function not found: ${functionArn}`);
    }
    return pool;
  };
  return {
    configuration: (functionArn) => poolOf(functionArn).configuration(),
    configure: (functionArn, environment) => poolOf(functionArn).configure(environment),
    async invoke(functionArn, event, requestId = randomUUID(), onChunk = undefined) {
      const pool = pools.get(unqualifiedArn(functionArn));
      if (!pool) {
        return failure('ResourceNotFoundException', `Function not found: ${functionArn}`);
      }
      const payload = JSON.stringify(event) ?? 'null';
      if (Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES) {
        return failure('RequestTooLargeException', `Request must be smaller than ${MAX_PAYLOAD_BYTES} bytes`);
      }
      return pool.invoke({ requestId, functionArn, event: payload, onChunk });
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

interface Waiting {
  readonly invocation: Invocation;
  readonly settle: (result: Promise<InvocationResult> | InvocationResult) => void;
}

/** The execution environments of one function. */
class FunctionPool {
  private readonly environments = new Set<ExecutionEnvironment>();
  /** The last is the one used last: it is the warmest, and the others can grow cold. */
  private readonly idle: ExecutionEnvironment[] = [];
  private readonly waiting: Waiting[] = [];
  private readonly maxEnvironments: number;
  /** Those that began with other variables than the present ones: they finish what they are at. */
  private readonly outdated = new WeakSet<ExecutionEnvironment>();
  private readonly ending = new Set<Promise<void>>();
  private readonly added: Readonly<Record<string, string>>;
  private readonly log: LogSink;
  private readonly clock: LocalClock;
  private readonly interposition?: Interposition;
  private readonly interposed = new WeakMap<ExecutionEnvironment, Interposed>();
  /** Execution environments that are about to be. */
  private starting = 0;
  private revisionId = randomUUID();
  private closed = false;

  constructor(
    private fn: FunctionModel,
    options: LambdaRuntimeOptions,
  ) {
    const { environment, maxEnvironments = 8, onLog = () => undefined, clock = new LocalClock() } = options;
    this.interposition = options.interposition;
    this.maxEnvironments = maxEnvironments;
    this.added = environment;
    this.log = onLog;
    this.clock = clock;
  }

  async invoke(invocation: Invocation): Promise<InvocationResult> {
    if (this.closed) {
      return closedError();
    }
    const environment = this.idle.pop();
    if (environment) {
      return this.run(environment, invocation);
    }
    if (this.environments.size + this.starting < this.maxEnvironments) {
      return this.runCold(invocation);
    }
    return new Promise((settle) => {
      this.waiting.push({ invocation, settle });
    });
  }

  configuration() {
    return { fn: this.fn, revisionId: this.revisionId };
  }

  configure(environment: Readonly<Record<string, string>>): void {
    this.fn = { ...this.fn, environment };
    this.revisionId = randomUUID();
    for (const environment of this.environments) {
      this.outdated.add(environment);
    }
    for (const environment of [...this.idle]) {
      this.end(environment);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const { settle } of this.waiting.splice(0)) {
      settle(closedError());
    }
    await Promise.all([...[...this.environments].map((environment) => environment.terminate()), ...this.ending]);
  }

  private async runCold(invocation: Invocation): Promise<InvocationResult> {
    try {
      const { fn, added, interposition } = this;
      const variables = environmentVariables(fn, added);
      const environment =
        interposition === undefined ? this.start(variables) : await this.startBehind(interposition, variables);
      return await this.run(environment, invocation);
    } catch (error) {
      // Also what the thread cannot start with, such as a NODE_OPTIONS that Node.js does not know.
      const errorType = error instanceof LoadError ? error.errorType : 'Runtime.ExitError';
      return failure(errorType, error instanceof Error ? error.message : String(error));
    }
  }

  private start(variables: Readonly<Record<string, string>>, interposed?: Interposed): ExecutionEnvironment {
    const { fn, log, clock } = this;
    const environment = new ExecutionEnvironment(fn, variables, log, clock, (ended) => {
      interposed?.close();
      this.forget(ended);
    });
    this.environments.add(environment);
    return environment;
  }

  private async startBehind(
    interposition: Interposition,
    variables: Readonly<Record<string, string>>,
  ): Promise<ExecutionEnvironment> {
    let environment: ExecutionEnvironment | undefined;
    this.starting++;
    try {
      const interposed = await interposition.open(this.fn.path, variables, async () => environment?.terminate());
      environment = this.start(interposed.variables, interposed);
      this.interposed.set(environment, interposed);
      return environment;
    } finally {
      this.starting--;
    }
  }

  private async run(environment: ExecutionEnvironment, invocation: Invocation): Promise<InvocationResult> {
    this.interposed.get(environment)?.begins(invocation.event);
    const result = await environment.invoke(invocation);
    this.release(environment);
    return result;
  }

  private release(environment: ExecutionEnvironment): void {
    if (!environment.usable) {
      this.forget(environment);
      return;
    }
    if (this.outdated.has(environment)) {
      this.end(environment);
      return;
    }
    const next = this.waiting.shift();
    if (next) {
      next.settle(this.run(environment, next.invocation));
    } else {
      this.idle.push(environment);
    }
  }

  private end(environment: ExecutionEnvironment): void {
    this.forget(environment);
    const ended = environment.terminate().finally(() => this.ending.delete(ended));
    this.ending.add(ended);
  }

  /** An environment has ended, by a crash or a timeout: its place is free for what waits. */
  private forget(environment: ExecutionEnvironment): void {
    if (!this.environments.delete(environment)) {
      return;
    }
    const position = this.idle.indexOf(environment);
    if (position >= 0) {
      this.idle.splice(position, 1);
    }
    const next = this.closed ? undefined : this.waiting.shift();
    if (next) {
      next.settle(this.runCold(next.invocation));
    }
  }
}

function failure(errorType: string, errorMessage: string): InvocationResult {
  return { ok: false, errorType, errorMessage };
}

function closedError(): InvocationResult {
  return failure('Runtime.ExitError', 'the runtime is closed');
}
