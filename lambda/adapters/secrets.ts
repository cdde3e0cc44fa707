import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Clock, EpochSeconds } from '../domain/clock';

/** Seconds after which a secret is read anew, so that a rotated one is taken up without a deployment. */
const LIFETIME = 300;

/** Seconds between two forced readings: strangers who send bad signatures cannot make each a call of Secrets Manager. */
const REFRESH_INTERVAL = 5;

/** Secrets by ARN, each read when it is first needed and kept for a while. */
export class SecretReader {
  private readonly cache = new Map<string, { readonly value: Promise<string>; readonly readAt: EpochSeconds }>();

  constructor(
    private readonly client: SecretsManagerClient,
    private readonly clock: Clock,
  ) {}

  public read(arn: string): Promise<string> {
    return this.readUnlessYounger(arn, LIFETIME);
  }

  /** Reads again what did not fit, at most once in a few seconds. */
  public refresh(arn: string): Promise<string> {
    return this.readUnlessYounger(arn, REFRESH_INTERVAL);
  }

  private readUnlessYounger(arn: string, age: number): Promise<string> {
    const cached = this.cache.get(arn);
    if (cached !== undefined && this.clock() - cached.readAt < age) {
      return cached.value;
    }
    const value = this.fetch(arn);
    this.cache.set(arn, { value, readAt: this.clock() });
    // A failure is not kept: the next caller tries again.
    value.catch(() => this.cache.delete(arn));
    return value;
  }

  private async fetch(arn: string): Promise<string> {
    const { SecretString } = await this.client
      .send(new GetSecretValueCommand({ SecretId: arn }))
      .catch((error: Error) => {
        // Secrets Manager does not say which one it cannot find.
        throw Object.assign(new Error(`the secret ${arn} could not be read: ${error.message}`), { name: error.name });
      });
    if (SecretString === undefined || SecretString.trim() === '') {
      throw new Error(`the secret ${arn} holds no text`);
    }
    return SecretString.trim();
  }
}
