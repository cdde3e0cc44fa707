import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ChangeMessageVisibilityCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { Environment } from '../../lib/private/environment';
import { systemClock } from '../adapters/clock';
import { requireEnv } from '../adapters/environment';
import { logError, logged } from '../adapters/log';
import { SecretReader } from '../adapters/secrets';
import { handle } from './handler';

const sqs = new SQSClient({});
const reader = new SecretReader(new SecretsManagerClient({}), systemClock);
const secretArn = requireEnv(Environment.CUSTOMER_WEBHOOK_SECRET_ARN);
const QueueUrl = requireEnv(Environment.CUSTOMER_WEBHOOK_QUEUE_URL);

const dependencies = {
  url: requireEnv(Environment.CUSTOMER_WEBHOOK_URL),
  clock: systemClock,
  secrets: () => reader.read(secretArn),
  hide: async (ReceiptHandle: string, VisibilityTimeout: number) => {
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
  },
  logError,
};

export const handler = logged((event: SQSEvent) => handle(event, dependencies));
