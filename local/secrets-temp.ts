import { startAwsJsonServer } from './store/aws-json-server';
import { ServiceError } from './store/errors';
export async function startSecrets(options: { secrets: readonly { name: string; arn: string; value: string }[] }) {
  const values = new Map(options.secrets.map((s) => [s.arn, s.value]));
  const server = await startAwsJsonServer({
    targetPrefix: 'secretsmanager', contentType: 'application/x-amz-json-1.1',
    operations: new Map([['GetSecretValue', (input: unknown) => {
      const id = (input as { SecretId: string }).SecretId;
      const v = values.get(id);
      if (v === undefined) throw new ServiceError('ResourceNotFoundException', 'no secret');
      return { ARN: id, SecretString: v };
    }]]),
  });
  return { url: server.url, close: server.close, put: (arn: string, value: string) => { values.set(arn, value); } };
}
export type SecretsManager = Awaited<ReturnType<typeof startSecrets>>;
