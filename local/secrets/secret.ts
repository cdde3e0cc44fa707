import { randomUUID } from 'node:crypto';
import { resourceExists, secretNotFound, valueNotFound } from './errors';

/** What a version holds: exactly one of the two; binary is base64, as it is on the wire. */
export interface SecretValue {
  readonly SecretString?: string;
  readonly SecretBinary?: string;
}

interface Version {
  readonly id: string;
  readonly value: SecretValue;
  readonly created: Date;
  readonly stages: Set<string>;
}

const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';

/** A secret, with the versions that have a staging label; one that lost its last label is out of reach, and dropped. */
export class Secret {
  private readonly versions = new Map<string, Version>();
  private readonly created = new Date();

  constructor(
    readonly arn: string,
    readonly name: string,
    readonly description?: string,
  ) {}

  /** Whether an identifier means this secret: its name, its ARN, or its ARN without the six characters at the end. */
  isMeantBy(id: string): boolean {
    return id === this.name || id === this.arn || id === this.arn.replace(/-[A-Za-z0-9]{6}$/, '');
  }

  /** A new version with these labels; the version that was current becomes the previous one. */
  put(value: SecretValue, stages: readonly string[] = [CURRENT], token: string = randomUUID()): Version {
    const same = this.versions.get(token);
    if (same && JSON.stringify(same.value) !== JSON.stringify(value)) {
      throw resourceExists(`a version with the ClientRequestToken ${token} has another value`);
    }
    if (same) return same;
    const version: Version = { id: token, value, created: new Date(), stages: new Set() };
    this.versions.set(version.id, version);
    if (stages.includes(CURRENT)) this.move(PREVIOUS, this.labelled(CURRENT));
    for (const stage of stages) this.move(stage, version);
    return version;
  }

  version(stage: string = CURRENT, id?: string): Version {
    const version = id === undefined ? this.labelled(stage) : this.versions.get(id);
    if (!version) throw id === undefined ? valueNotFound(`staging label: ${stage}`) : valueNotFound(`VersionId: ${id}`);
    return version;
  }

  describe() {
    const versions = [...this.versions.values()];
    const changed = versions.map(({ created }) => created.getTime());
    return {
      ARN: this.arn,
      Name: this.name,
      Description: this.description,
      CreatedDate: seconds(this.created),
      LastChangedDate: Math.max(this.created.getTime(), ...changed) / 1000,
      VersionIdsToStages: Object.fromEntries(versions.map(({ id, stages }) => [id, [...stages]])),
    };
  }

  private labelled(stage: string): Version | undefined {
    return [...this.versions.values()].find(({ stages }) => stages.has(stage));
  }

  /** A label is on one version at a time. */
  private move(stage: string, to: Version | undefined): void {
    if (!to) return;
    const from = this.labelled(stage);
    from?.stages.delete(stage);
    to.stages.add(stage);
    if (from?.stages.size === 0) this.versions.delete(from.id);
  }
}

export class Secrets {
  private readonly all: Secret[] = [];

  add(secret: Secret): void {
    if (this.all.some(({ name }) => name === secret.name)) {
      throw resourceExists(`the secret ${secret.name} already exists`);
    }
    this.all.push(secret);
  }

  find(id: unknown): Secret {
    const secret = typeof id === 'string' ? this.all.find((one) => one.isMeantBy(id)) : undefined;
    if (!secret) throw secretNotFound();
    return secret;
  }
}

/** AWS's JSON protocol has dates as epoch seconds. */
export function seconds(date: Date): number {
  return date.getTime() / 1000;
}
