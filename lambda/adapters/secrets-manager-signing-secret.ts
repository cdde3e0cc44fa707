import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

/** Where the signing secret of the webhook endpoint is kept. */
export interface SigningSecret {
  /** Keeps a new secret, and the one before for the events that it has signed. */
  rotate(secret: string): Promise<void>;
}

/** The webhook endpoint's signing secret, in Secrets Manager and nowhere else. */
export class SecretsManagerSigningSecret implements SigningSecret {
  constructor(
    private readonly client: SecretsManagerClient,
    private readonly arn: string,
  ) {}

  public async rotate(secret: string): Promise<void> {
    const { SecretString = '' } = await this.client.send(new GetSecretValueCommand({ SecretId: this.arn }));
    const [before] = SecretString.split(/\s+/).filter((text) => text.startsWith('whsec_') && text !== secret);
    const value = [secret, ...(before === undefined ? [] : [before])].join(' ');
    await this.client.send(new PutSecretValueCommand({ SecretId: this.arn, SecretString: value }));
  }
}
