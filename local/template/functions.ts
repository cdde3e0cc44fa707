import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { unqualifiedArn } from '../lambda/function-arn';
import type { AppTemplates } from './app-templates';
import { arnOf, nameOf } from './attributes';
import { isRun } from './custom-resources';
import { Unresolvable } from './intrinsics';
import type { FunctionModel, QueueModel } from './model';
import { stableId } from './physical-names';
import type { Resource } from './stack';
import { list, number, object, text } from './values';

/** The functions of an app, and why some of them are not served. */
export class FunctionCatalogue {
  private readonly servedByArn = new Map<string, FunctionModel>();
  private readonly reasons = new Map<string, string>();

  constructor(
    app: AppTemplates,
    private readonly queues: readonly QueueModel[],
  ) {
    const providers = providersOf(app);
    for (const resource of app.resourcesOf('AWS::Lambda::Function')) {
      const arn = resource.attempt(() => arnOf(resource));
      const provider = arn === undefined ? undefined : providers.get(arn);
      if (arn !== undefined && provider !== 'not run') {
        this.add(resource, arn, provider !== undefined);
      }
    }
  }

  get served(): FunctionModel[] {
    return [...this.servedByArn.values()];
  }

  /** The ARN in a URI `…:lambda:path/2015-03-31/functions/<arn>/invocations`, or of one that streams, if that function is served. */
  functionArnIn(uri: string | undefined): string {
    const arn = /:lambda:path\/[^/]+\/functions\/(.+)\/(?:response-streaming-)?invocations$/.exec(uri ?? '')?.[1];
    if (arn === undefined) {
      throw new Unresolvable(`its URI names no Lambda function: ${uri ?? 'there is none'}`);
    }
    return this.servedArn(arn);
  }

  /** An ARN, perhaps with a version or an alias, if that function is served. */
  servedArn(arn: string): string {
    const unqualified = unqualifiedArn(arn);
    if (this.servedByArn.has(unqualified)) {
      return arn;
    }
    throw new Unresolvable(this.reasons.get(unqualified) ?? `the function ${arn} is not in this app`);
  }

  private add(resource: Resource, arn: string, isProvider: boolean): void {
    try {
      if (this.servedByArn.has(arn)) {
        throw new Unresolvable(`another function of this app has the ARN ${arn} as well`);
      }
      this.servedByArn.set(arn, readFunction(resource, arn, this.queues));
    } catch (error) {
      if (!(error instanceof Unresolvable)) {
        throw error;
      }
      // What a custom resource lacks is told of that.
      if (!isProvider) {
        resource.unserved(error.message);
      }
      this.reasons.set(arn, `the function ${resource.path} does not run locally (${error.message})`);
    }
  }
}

/** The functions behind custom resources, which nobody invokes but CloudFormation: those of CDK's own do not run here. */
function providersOf(app: AppTemplates): Map<string, 'run' | 'not run'> {
  const providers = new Map<string, 'run' | 'not run'>();
  for (const resource of app.stacks.flatMap((stack) => stack.resources)) {
    if (resource.raw('ServiceToken') === undefined) {
      continue;
    }
    const token = resource.attempt(() => text(resource.property('ServiceToken')), 'its function is not known');
    const arn = unqualifiedArn(token ?? '');
    if (providers.get(arn) !== 'run') {
      providers.set(arn, isRun(resource) ? 'run' : 'not run');
    }
  }
  return providers;
}

function readFunction(resource: Resource, arn: string, queues: readonly QueueModel[]): FunctionModel {
  const runtime = text(resource.property('Runtime'));
  if (runtime === undefined) {
    throw new Unresolvable('it is a container image; functions from a folder run locally');
  }
  if (!runtime.startsWith('nodejs')) {
    throw new Unresolvable(`its runtime is ${runtime}; Node.js runs locally`);
  }
  const handler = text(resource.property('Handler')) ?? 'index.handler';
  if (isAbsolute(handler)) {
    throw new Unresolvable(`its handler ${handler} is in a layer, and layers are not loaded`);
  }
  if (list(resource.raw('Layers')).length > 0) {
    resource.unserved('it runs without its layers: they are not loaded');
  }
  if (resource.raw('FileSystemConfigs') !== undefined) {
    resource.unserved('it runs without its file system');
  }
  return {
    arn,
    name: nameOf(resource),
    path: resource.path,
    runtime,
    handler,
    codePath: codePath(resource),
    environment: readEnvironment(resource),
    timeoutSeconds: number(resource.property('Timeout')) ?? 3,
    memoryMegabytes: number(resource.property('MemorySize')) ?? 128,
    deadLetterQueueArn: resource.attempt(() => readDeadLetterQueue(resource, queues), 'its dead letters are lost'),
  };
}

function readDeadLetterQueue(resource: Resource, queues: readonly QueueModel[]): string | undefined {
  const arn = text(object(resource.property('DeadLetterConfig')).TargetArn);
  const queue = queues.find((one) => one.arn === arn);
  if (arn !== undefined && (queue === undefined || queue.fifo)) {
    throw new Unresolvable(`${arn} is not a standard queue of this app`);
  }
  return arn;
}

/** Variable by variable, so that one that cannot be known locally takes no other with it. */
function readEnvironment(resource: Resource): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(object(object(resource.raw('Environment')).Variables))) {
    const resolved = resource.attempt(
      () => text(resource.resolved(value)),
      `it runs without the environment variable ${name}`,
    );
    if (resolved !== undefined) {
      environment[name] = resolved;
    }
  }
  return environment;
}

function codePath(resource: Resource): string {
  const code = object(resource.raw('Code'));
  const inline = text(resource.resolved(code.ZipFile));
  if (inline !== undefined) {
    return inlineFolder(resource.stack.app, inline);
  }
  const { app } = resource.stack;
  // Where the app uses the legacy synthesizer the key is a parameter, and only the metadata says which asset it is.
  const staged = text(resource.metadata['aws:asset:path']);
  const path = app.asset(text(code.S3Key) ?? '')?.path ?? (staged && join(app.assemblyDir, staged));
  if (!path) {
    throw new Unresolvable('its code is in a bucket; code from a folder or inline code runs locally');
  }
  if (/\.(zip|jar)$/.test(path)) {
    throw new Unresolvable('its code is a .zip file; unpack it and give `Code.fromAsset` the folder to run it locally');
  }
  return path;
}

/**
 * Inline code goes beside the other assets: from there, as from them, `require` finds the AWS SDK in the app's own
 * node_modules, where Lambda has it built in.
 */
function inlineFolder(app: AppTemplates, code: string): string {
  const folder = join(app.assemblyDir, `inline.${stableId(code, 32)}`);
  const file = join(folder, 'index.js');
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, code);
  }
  return folder;
}
