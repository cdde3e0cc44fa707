import { basename, join } from 'node:path';
import { type AssemblyStack, type Asset, type CloudAssembly, readJson } from './assembly';
import { nameOf, referenceTo } from './attributes';
import type { DynamicValues } from './dynamic-references';
import { resolve, Unresolvable } from './intrinsics';
import type { UnservedResource } from './model';
import { secretString } from './secrets';
import { type Resource, Stack } from './stack';
import { object, text } from './values';

export interface GivenValues {
  /** Values of template parameters, by `Stack:Parameter` or `Parameter`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /**
   * Values of secrets, by name: of those that the app only refers to, and of those whose value is generated, so that
   * what one start generated can be kept for the next.
   */
  readonly secretValues?: Readonly<Record<string, string>>;
  /**
   * Where SQS is: the AWS SDK sends a request to the host of the queue's URL, whatever `AWS_ENDPOINT_URL_SQS` says.
   * @default - AWS's own, in the stack's Region
   */
  readonly sqsUrl?: string;
}

/** All the templates of an app, nested stacks included, and what they refer to in each other. */
export class AppTemplates implements DynamicValues {
  readonly stacks: Stack[] = [];
  readonly assemblyDir: string;
  private readonly nested = new Map<string, Stack>();
  private readonly reported = new Map<string, UnservedResource>();
  private readonly secretStrings = new Map<string, string | undefined>();

  constructor(
    private readonly assembly: CloudAssembly,
    private readonly given: GivenValues,
  ) {
    this.assemblyDir = assembly.dir;
    const names = new Set<string>();
    for (const source of assembly.stacks) {
      this.stacks.push(
        new Stack(this, source, names.has(source.name) ? `${source.name}-${source.region}` : source.name),
      );
      names.add(source.name);
    }
    // Only now: a nested stack's parameters may come from any other stack.
    for (const stack of [...this.stacks]) {
      this.addNestedStacks(stack);
    }
  }

  get unserved(): UnservedResource[] {
    return [...this.reported.values()];
  }

  report(resource: UnservedResource): void {
    this.reported.set(`${resource.path} ${resource.reason}`, resource);
  }

  resourcesOf(...types: string[]): Resource[] {
    return this.stacks.flatMap((stack) => stack.resources.filter((resource) => types.includes(resource.type)));
  }

  asset(objectKey: string): Asset | undefined {
    return this.assembly.assets.get(objectKey);
  }

  stackNamed(nameOrArn: string): Stack {
    const stack = this.stacks.find(({ id, stackName }) => nameOrArn === stackName || sameStack(nameOrArn, id));
    if (!stack) {
      throw new Unresolvable(`this app has no stack ${nameOrArn}`);
    }
    return stack;
  }

  nestedStackOf(resource: Resource): Stack {
    const key = keyOf(resource);
    const known = this.nested.get(key);
    if (known) {
      return known;
    }
    const { stack } = resource;
    // CDK's logical id says the construct's id twice, and names have little room.
    const name = `${stack.name}-${resource.logicalId.replace(/NestedStack.*NestedStackResource/, '')}`;
    const source: AssemblyStack = {
      name,
      path: resource.path.replace(/\.NestedStack\/[^/]+$/, ''),
      account: stack.account,
      region: stack.region,
      template: readJson(this.nestedTemplate(resource)),
      parameters: {},
    };
    const nested = new Stack(this, source, name, resource);
    this.nested.set(key, nested);
    return nested;
  }

  exported(name: string): unknown {
    for (const stack of this.stacks) {
      for (const [id, output] of Object.entries(stack.outputs)) {
        if (exportNameOf(output, stack) === name) {
          return stack.output(id);
        }
      }
    }
    throw new Unresolvable(`no stack of this app exports ${name}`);
  }

  givenParameter(stackName: string, name: string): string | undefined {
    return this.given.parameters?.[`${stackName}:${name}`] ?? this.given.parameters?.[name];
  }

  sqsUrl(region: string): string {
    return this.given.sqsUrl ?? `https://sqs.${region}.amazonaws.com`;
  }

  parameterValue(name: string): string {
    const parameter = this.resourcesOf('AWS::SSM::Parameter').find((resource) => nameOf(resource) === name);
    const value = parameter && text(parameter.property('Value'));
    if (value === undefined) {
      throw new Unresolvable(`the Systems Manager parameter ${name} is not created by this app`);
    }
    return value;
  }

  secretValue(secretId: string): string {
    const secret = this.resourcesOf('AWS::SecretsManager::Secret').find(
      (resource) => nameOf(resource) === secretId || referenceTo(resource) === secretId,
    );
    const name = secretId.split(':secret:').at(-1) ?? secretId;
    const value = secret ? this.secretStringOf(secret) : this.given.secretValues?.[name];
    if (value === undefined) {
      throw new Unresolvable(`the value of the secret ${secretId} is not known`);
    }
    return value;
  }

  /** The value of a secret that the app creates: generated once, so that every reader sees the same. */
  secretStringOf(secret: Resource): string | undefined {
    const key = keyOf(secret);
    if (!this.secretStrings.has(key)) {
      this.secretStrings.set(key, secretString(secret, this.given.secretValues?.[nameOf(secret)]));
    }
    return this.secretStrings.get(key);
  }

  private addNestedStacks(parent: Stack): void {
    for (const resource of parent.resources) {
      if (resource.type !== 'AWS::CloudFormation::Stack') {
        continue;
      }
      const nested = resource.attempt(() => this.nestedStackOf(resource), 'its resources are not served');
      if (!nested) {
        continue;
      }
      this.stacks.push(nested);
      this.addNestedStacks(nested);
    }
  }

  private nestedTemplate(resource: Resource): string {
    const url = text(resource.property('TemplateURL')) ?? '';
    const asset = this.asset(basename(url)) ?? this.assetEndingUrl(url);
    const path = asset?.path ?? text(resource.metadata['aws:asset:path']);
    if (path === undefined) {
      throw new Unresolvable('its template is not an asset of the cloud assembly');
    }
    return asset ? path : join(this.assemblyDir, path);
  }

  /** A synthesizer with a bucket prefix has slashes in its object keys. */
  private assetEndingUrl(url: string): Asset | undefined {
    return [...this.assembly.assets].find(([objectKey]) => url.endsWith(`/${objectKey}`))?.[1];
  }
}

/** A name that cannot be resolved is not the one that is looked for, and no other stack should suffer from it. */
function exportNameOf(output: unknown, stack: Stack): string | undefined {
  try {
    return text(resolve(object(object(output).Export).Name, stack));
  } catch {
    return undefined;
  }
}

function keyOf(resource: Resource): string {
  return `${resource.stack.name}/${resource.logicalId}`;
}

/** Stack ARNs end in a UUID that only a deployment knows. */
function sameStack(arn: string, id: string): boolean {
  return arn.startsWith('arn:') && arn.split('/').slice(0, 2).join('/') === id.split('/').slice(0, 2).join('/');
}
