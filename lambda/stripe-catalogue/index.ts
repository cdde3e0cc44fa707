import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { Environment } from '../../lib/private/environment';
import { systemClock } from '../adapters/clock';
import { requireEnv } from '../adapters/environment';
import { log, logError, logged } from '../adapters/log';
import { SecretReader } from '../adapters/secrets';
import { SecretsManagerSigningSecret } from '../adapters/secrets-manager-signing-secret';
import { StripeConnection } from '../adapters/stripe-client';
import { handle } from './handler';

const secretsManager = new SecretsManagerClient({});
const secrets = new SecretReader(secretsManager, systemClock);

// Only where events come by a webhook is there an endpoint, and a secret of it.
const signingSecretArn = process.env[Environment.STRIPE_WEBHOOK_SECRET_ARN];

const dependencies = {
  stripe: new StripeConnection(secrets, requireEnv(Environment.STRIPE_SECRET_KEY_ARN)),
  signingSecret:
    signingSecretArn === undefined ? undefined : new SecretsManagerSigningSecret(secretsManager, signingSecretArn),
  reachesLoopback: process.env[Environment.STRIPE_REACHES_LOOPBACK] !== undefined,
  respond: async (url: string, body: object) => {
    // CloudFormation's URL is signed for a request without a content type.
    const response = await fetch(url, { method: 'PUT', headers: { 'Content-Type': '' }, body: JSON.stringify(body) });
    if (!response.ok) {
      throw new Error(`CloudFormation has not taken the answer: ${response.status}`);
    }
  },
  log,
  logError,
};

export const handler = logged((event: CloudFormationCustomResourceEvent) => handle(event, dependencies));
