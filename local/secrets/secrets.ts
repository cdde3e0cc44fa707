import { randomBytes } from 'node:crypto';
import { type AwsJsonService, startAwsJsonServer } from '../store/aws-json-server';
import type { SecretModel } from '../template/model';
import { invalidParameter } from './errors';
import { Secret, Secrets, type SecretValue, seconds } from './secret';

export interface SecretsOptions {
  readonly secrets: readonly Pick<SecretModel, 'name' | 'arn' | 'value'>[];
  /** @default - a free one */
  readonly port?: number;
}

export interface LocalSecrets {
  /** Where Secrets Manager is, as in `AWS_ENDPOINT_URL_SECRETS_MANAGER`. */
  readonly url: string;
  /** Gives a secret a new current value. */
  put(arnOrName: string, value: string): void;
  close(): Promise<void>;
}

interface Request {
  readonly SecretId?: string;
  readonly Name?: string;
  readonly Description?: string;
  readonly SecretString?: string;
  readonly SecretBinary?: string;
  readonly VersionId?: string;
  readonly VersionStage?: string;
  readonly VersionStages?: readonly string[];
  readonly ClientRequestToken?: string;
}

type Operation = (secrets: Secrets, request: Request) => unknown;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateSecret: createSecret,
  DescribeSecret: (secrets, request) => secrets.find(request.SecretId).describe(),
  GetSecretValue: getSecretValue,
  PutSecretValue: putSecretValue,
};

/** A Secrets Manager endpoint on loopback, in memory only. */
export async function startSecrets(options: SecretsOptions): Promise<LocalSecrets> {
  const secrets = new Secrets();
  for (const { arn, name, value } of options.secrets) {
    const secret = new Secret(arn, name);
    if (value !== undefined) secret.put({ SecretString: value });
    secrets.add(secret);
  }
  const { url, close } = await startAwsJsonServer(serviceOf(secrets), options.port);
  const put = (arnOrName: string, value: string) => {
    secrets.find(arnOrName).put({ SecretString: value });
  };
  return { url, put, close };
}

function serviceOf(secrets: Secrets): AwsJsonService {
  const operations = Object.entries(OPERATIONS).map(
    ([name, operation]) => [name, (input: unknown) => operation(secrets, checked(input))] as const,
  );
  return {
    targetPrefix: 'secretsmanager',
    contentType: 'application/x-amz-json-1.1',
    operations: new Map(operations),
  };
}

function checked(input: unknown): Request {
  if (typeof input !== 'object' || input === null) throw invalidParameter('the request is not a JSON object');
  return input;
}

function getSecretValue(secrets: Secrets, { SecretId, VersionStage, VersionId }: Request) {
  const secret = secrets.find(SecretId);
  const version = secret.version(VersionStage, VersionId);
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    VersionStages: [...version.stages],
    CreatedDate: seconds(version.created),
    ...version.value,
  };
}

function putSecretValue(secrets: Secrets, request: Request) {
  const secret = secrets.find(request.SecretId);
  const value = secretValueOf(request);
  if (!value) throw invalidParameter('You must provide either SecretString or SecretBinary.');
  const version = secret.put(value, request.VersionStages, request.ClientRequestToken);
  return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: [...version.stages] };
}

function createSecret(secrets: Secrets, request: Request) {
  const { Name: name, Description: description, ClientRequestToken: token } = request;
  if (typeof name !== 'string' || !/^[\w/+=.@-]{1,512}$/.test(name)) {
    throw invalidParameter('Name must be 1 to 512 ASCII letters, digits, or any of /_+=.@-');
  }
  const value = secretValueOf(request);
  const suffix = randomBytes(3).toString('hex');
  const secret = new Secret(
    `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}-${suffix}`,
    name,
    description,
  );
  secrets.add(secret);
  const version = value && secret.put(value, undefined, token);
  return { ARN: secret.arn, Name: secret.name, VersionId: version?.id };
}

function secretValueOf({ SecretString, SecretBinary }: Request): SecretValue | undefined {
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  if (typeof SecretString === 'string') return { SecretString };
  return typeof SecretBinary === 'string' ? { SecretBinary } : undefined;
}
