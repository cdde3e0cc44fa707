import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { InvocationResult, LambdaRuntime } from '../../../local/lambda/runtime';
import { createLambdaRuntime, type LambdaRuntimeOptions } from '../../../local/lambda/worker-runtime';
import type { FunctionModel } from '../../../local/template/model';

/** Functions in temporary folders and the runtimes that run them, all gone after `clean`. */
export class Functions {
  readonly logged: string[] = [];
  private readonly folder = mkdtempSync(join(tmpdir(), 'cdk-paywall-lambda-'));
  private readonly runtimes: LambdaRuntime[] = [];
  private count = 0;

  /** @param files by name; a string alone is `index.js` */
  define(files: string | Record<string, string>, props: Partial<FunctionModel> = {}): FunctionModel {
    this.count += 1;
    const name = `function-${this.count}`;
    const codePath = join(this.folder, name);
    for (const [file, content] of Object.entries(typeof files === 'string' ? { 'index.js': files } : files)) {
      mkdirSync(dirname(join(codePath, file)), { recursive: true });
      writeFileSync(join(codePath, file), content);
    }
    return {
      arn: `arn:aws:lambda:eu-west-1:000000000000:function:${name}`,
      name,
      path: `Stack/${name}`,
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      codePath,
      environment: {},
      timeoutSeconds: 3,
      memoryMegabytes: 128,
      ...props,
    };
  }

  run(functions: FunctionModel | FunctionModel[], options: Partial<LambdaRuntimeOptions> = {}): LambdaRuntime {
    const runtime = createLambdaRuntime([functions].flat(), {
      environment: {},
      onLog: (functionName, line) => this.logged.push(`${functionName}: ${line}`),
      ...options,
    });
    this.runtimes.push(runtime);
    return runtime;
  }

  /** Defines a function and invokes it once. */
  async invoke(
    files: string | Record<string, string>,
    props: Partial<FunctionModel> = {},
    event: unknown = {},
  ): Promise<InvocationResult> {
    const fn = this.define(files, props);
    return this.run(fn).invoke(fn.arn, event);
  }

  /** Puts a file above the folders of all functions, as a project has around its cdk.out. */
  surroundWith(file: string, content: string): void {
    writeFileSync(join(this.folder, file), content);
  }

  async clean(): Promise<void> {
    await Promise.all(this.runtimes.map((runtime) => runtime.close()));
    rmSync(this.folder, { recursive: true });
  }
}

export function payloadOf(result: InvocationResult): unknown {
  if (!result.ok) {
    throw new Error(`${result.errorType}: ${result.errorMessage}`);
  }
  return result.payload;
}
