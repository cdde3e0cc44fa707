import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { Environment } from '../../lib/private/environment';
import type { DiagnosisRequest, WebhookDiagnosis } from '../../lib/private/operations-doctor';
import { systemClock } from '../adapters/clock';
import { requireEnv } from '../adapters/environment';
import { logged } from '../adapters/log';
import { countMetric } from '../adapters/metrics';
import { PaymentsFunction } from '../adapters/payments-function';
import { SecretReader } from '../adapters/secrets';
import { diagnose } from './diagnose';
import { receive } from './webhook';

const payments = new PaymentsFunction(new LambdaClient({}), requireEnv(Environment.PAYMENTS_FUNCTION));

const dependencies = {
  secrets: new SecretReader(new SecretsManagerClient({}), systemClock),
  webhookSecretArn: requireEnv(Environment.STRIPE_WEBHOOK_SECRET_ARN),
  clock: systemClock,
  process: payments.process.bind(payments),
  count: countMetric,
};

/** What API Gateway brings has a request context, and is never taken for the operator's question. */
export const handler = logged(
  (event: APIGatewayProxyEvent | DiagnosisRequest): Promise<APIGatewayProxyResult | WebhookDiagnosis> =>
    'requestContext' in event
      ? receive(event, dependencies)
      : diagnose(dependencies.secrets, dependencies.webhookSecretArn),
);
