import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CustomResourceModel } from '../template/model';

const FORMAT = 1;
const FILE = 'custom-resources.json';

/** A custom resource that its provider has made. */
export type DeployedCustomResource = Omit<CustomResourceModel, 'dependsOn'> & { readonly physicalResourceId: string };

/** What providers have made, in the order in which they did. */
export class KeptCustomResources {
  private written: Promise<void> = Promise.resolve();

  private constructor(
    private readonly dataDir: string | undefined,
    private readonly resources: Map<string, DeployedCustomResource>,
  ) {}

  /** What an earlier start has kept; nothing without a folder. */
  static async read(dataDir: string | undefined): Promise<KeptCustomResources> {
    const resources = dataDir === undefined ? [] : parse(join(dataDir, FILE), await readIfExists(join(dataDir, FILE)));
    return new KeptCustomResources(dataDir, new Map(resources.map((resource) => [keyOf(resource), resource])));
  }

  get all(): readonly DeployedCustomResource[] {
    return [...this.resources.values()];
  }

  find(model: Identity): DeployedCustomResource | undefined {
    return this.resources.get(keyOf(model));
  }

  put(resource: DeployedCustomResource): Promise<void> {
    this.resources.set(keyOf(resource), resource);
    return this.write();
  }

  delete(resource: DeployedCustomResource): Promise<void> {
    this.resources.delete(keyOf(resource));
    return this.write();
  }

  /** Custom resources run side by side; the file is replaced as a whole, by one at a time. */
  private write(): Promise<void> {
    const { dataDir } = this;
    if (dataDir !== undefined) {
      this.written = this.written.then(() => this.writeTo(dataDir));
    }
    return this.written;
  }

  private async writeTo(dataDir: string): Promise<void> {
    await mkdir(dataDir, { recursive: true });
    const file = join(dataDir, FILE);
    // Properties can hold secrets.
    await writeFile(`${file}.new`, JSON.stringify({ format: FORMAT, resources: this.all }), {
      mode: 0o600,
      flush: true,
    });
    await rename(`${file}.new`, file);
  }
}

type Identity = Pick<CustomResourceModel, 'stackId' | 'logicalId' | 'type'>;

/** CloudFormation makes no resource of one type out of one of another. */
function keyOf({ stackId, logicalId, type }: Identity): string {
  return `${stackId} ${logicalId} ${type}`;
}

async function readIfExists(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

function parse(file: string, content: string | undefined): DeployedCustomResource[] {
  if (content === undefined) {
    return [];
  }
  try {
    const { format, resources } = JSON.parse(content);
    if (format === FORMAT) {
      return resources;
    }
  } catch {
    // The same as another format.
  }
  throw new Error(`${file} is not a state that this version can read; delete it to start afresh`);
}
