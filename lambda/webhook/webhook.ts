import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type Stripe from 'stripe';
import { MetricName } from '../../lib/private/metric-names';
import { headerValues, json, problem } from '../adapters/api-gateway';
import { logError } from '../adapters/log';
import type { SecretReader } from '../adapters/secrets';
import type { Clock } from '../domain/clock';
import { verify } from './verify';

export interface WebhookDependencies {
  readonly secrets: SecretReader;
  readonly webhookSecretArn: string;
  readonly clock: Clock;
  /** Carries out what the event means, to its end, and tells what came of it. */
  readonly process: (event: Stripe.Event) => Promise<string>;
  readonly count: (metric: string) => void;
}

/** Answers 2xx after the writes, 400 to what Stripe has not signed, and 5xx where ours is the fault: then Stripe sends it again. */
export async function receive(
  event: APIGatewayProxyEvent,
  dependencies: WebhookDependencies,
): Promise<APIGatewayProxyResult> {
  const { requestId } = event.requestContext;
  try {
    const stripeEvent = await verified(event, dependencies);
    if (stripeEvent === undefined) {
      dependencies.count(MetricName.REFUSED_WEBHOOKS);
      return problem(400, 'Bad Request', 'The Stripe-Signature does not fit the body, or is too old.', requestId);
    }
    return json(200, { received: true, outcome: await dependencies.process(stripeEvent) });
  } catch (error) {
    dependencies.count(MetricName.FAILED_WEBHOOKS);
    logError('a webhook could not be processed', { requestId }, error);
    return problem(500, 'Internal Server Error', 'The event was not processed. Send it again.', requestId);
  }
}

async function verified(event: APIGatewayProxyEvent, dependencies: WebhookDependencies) {
  const { secrets, webhookSecretArn, clock } = dependencies;
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  const signatures = headerValues(event, 'stripe-signature');
  const attempt = (text: string) => {
    for (const signature of signatures) {
      const stripeEvent = verify(body, signature, text.split(/\s+/), clock());
      if (stripeEvent !== undefined) {
        return stripeEvent;
      }
    }
    return undefined;
  };
  if (signatures.length === 0 || body.length === 0) {
    return undefined;
  }
  // A secret that was rotated a moment ago is read again before the event is refused.
  return attempt(await secrets.read(webhookSecretArn)) ?? attempt(await secrets.refresh(webhookSecretArn));
}
