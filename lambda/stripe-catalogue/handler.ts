import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import type Stripe from 'stripe';
import type { StripeCatalogueProperties } from '../../lib/private/stripe-catalogue';
import type { SigningSecret } from '../adapters/secrets-manager-signing-secret';
import { removeEndpoints, removeEndpointsOfStack, syncEndpoint } from './endpoint';
import { archiveProducts, type Sync, syncProducts } from './sync';

export interface StripeCatalogueDependencies {
  readonly stripe: { client(): Promise<Stripe> };
  /** Absent where there is no webhook endpoint. */
  readonly signingSecret: SigningSecret | undefined;
  /** Stripe's own service refuses endpoints there. */
  readonly reachesLoopback: boolean;
  /** Tells CloudFormation what came of it. */
  readonly respond: (url: string, body: object) => Promise<void>;
  readonly log: (message: string, about: Readonly<Record<string, string>>) => void;
  readonly logError: (message: string, about: Readonly<Record<string, string>>, error: unknown) => void;
}

/** Does what a deployment asks for, and tells CloudFormation in any case: else it waits for an hour. */
export async function handle(
  event: CloudFormationCustomResourceEvent,
  dependencies: StripeCatalogueDependencies,
): Promise<void> {
  const { RequestId, StackId, LogicalResourceId, ResponseURL } = event;
  const wanted = JSON.parse(event.ResourceProperties.Catalogue) as StripeCatalogueProperties;
  const answer = { RequestId, StackId, LogicalResourceId, PhysicalResourceId: wanted.paywallId };
  try {
    await carryOut(
      event.RequestType,
      { client: await dependencies.stripe.client(), wanted, run: RequestId, stack: StackId },
      dependencies,
    );
    await dependencies.respond(ResponseURL, { ...answer, Status: 'SUCCESS' });
  } catch (error) {
    dependencies.logError('the catalogue could not be brought to Stripe', { requestId: RequestId }, error);
    const Reason = error instanceof Error ? error.message : String(error);
    await dependencies.respond(ResponseURL, { ...answer, Status: 'FAILED', Reason });
  }
}

async function carryOut(
  request: CloudFormationCustomResourceEvent['RequestType'],
  sync: Sync,
  { signingSecret, reachesLoopback, log }: StripeCatalogueDependencies,
): Promise<void> {
  const { webhookUrl } = sync.wanted;
  if (request === 'Delete') {
    await removeEndpointsOfStack(sync);
    await archiveProducts(sync);
    return;
  }
  await syncProducts(sync);
  if (webhookUrl === undefined || signingSecret === undefined) {
    await removeEndpoints(sync);
  } else if (isLoopback(webhookUrl) && !reachesLoopback) {
    // Endpoints of a deployment under the same name are left alone.
    log('Stripe reaches no loopback address, so no webhook endpoint is made: the reconciler brings the events', {
      webhookUrl,
    });
  } else {
    await syncEndpoint(sync, webhookUrl, signingSecret);
  }
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}
