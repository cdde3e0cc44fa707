import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isObject, type JsonObject, object, text, textMap } from './values';

/** One stack of a cloud assembly, its template still as synthesized. */
export interface AssemblyStack {
  readonly name: string;
  /** The construct path, `Prod/Api`. */
  readonly path: string;
  readonly account: string;
  readonly region: string;
  readonly template: JsonObject;
  /** Values that the app itself gives to template parameters. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Asset {
  readonly path: string;
  /** A folder that is zipped at deployment, or a file that is uploaded as it is. */
  readonly packaging: 'zip' | 'file';
}

export interface CloudAssembly {
  readonly dir: string;
  readonly stacks: readonly AssemblyStack[];
  /** By the key of the object that the asset becomes in the bootstrap bucket. */
  readonly assets: ReadonlyMap<string, Asset>;
}

const DEFAULT_ACCOUNT = '000000000000';
const DEFAULT_REGION = 'us-east-1';

/** Reads a cloud assembly, with the assemblies of its Stages. */
export function readAssembly(dir: string): CloudAssembly {
  const stacks: AssemblyStack[] = [];
  const assets = new Map<string, Asset>();
  collect(resolve(dir), stacks, assets);
  return { dir: resolve(dir), stacks, assets };
}

export function readJson(file: string): JsonObject {
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!isObject(content)) {
    throw new Error(`${file} holds no JSON object`);
  }
  return content;
}

function collect(dir: string, stacks: AssemblyStack[], assets: Map<string, Asset>): void {
  const manifest = join(dir, 'manifest.json');
  if (!existsSync(manifest)) {
    throw new Error(`${dir} is not a cloud assembly: it has no manifest.json`);
  }
  for (const [id, entry] of Object.entries(object(readJson(manifest).artifacts))) {
    const artifact = object(entry);
    const properties = object(artifact.properties);
    switch (artifact.type) {
      case 'aws:cloudformation:stack':
        stacks.push(readStack(dir, id, artifact));
        break;
      case 'cdk:asset-manifest':
        collectAssets(dir, readJson(join(dir, String(properties.file))), assets);
        break;
      case 'cdk:cloud-assembly':
        collect(join(dir, String(properties.directoryName)), stacks, assets);
        break;
    }
  }
}

function readStack(dir: string, id: string, artifact: JsonObject): AssemblyStack {
  const properties = object(artifact.properties);
  const [account, region] = (text(artifact.environment) ?? '').replace(/^aws:\/\//, '').split('/');
  return {
    name: text(properties.stackName) ?? id,
    path: text(artifact.displayName) ?? id,
    account: known(account) ?? DEFAULT_ACCOUNT,
    region: known(region) ?? DEFAULT_REGION,
    template: readJson(join(dir, String(properties.templateFile))),
    parameters: textMap(properties.parameters),
  };
}

/** An environment-agnostic stack says `unknown-account` and `unknown-region`. */
function known(part: string | undefined): string | undefined {
  return part && !part.startsWith('unknown-') ? part : undefined;
}

function collectAssets(dir: string, manifest: JsonObject, assets: Map<string, Asset>): void {
  for (const entry of Object.values(object(manifest.files))) {
    const { source, destinations } = object(entry);
    const path = text(object(source).path);
    if (path === undefined) {
      continue;
    }
    const packaging = object(source).packaging === 'zip' ? 'zip' : 'file';
    for (const destination of Object.values(object(destinations))) {
      const key = text(object(destination).objectKey);
      if (key !== undefined) {
        assets.set(key, { path: resolve(dir, path), packaging });
      }
    }
  }
}
