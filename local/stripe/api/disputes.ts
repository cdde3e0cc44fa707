import type Stripe from 'stripe';
import { isOver, settleDispute } from '../billing/disputes';
import { invalidRequest } from '../errors';
import type { Params } from '../form';
import { answeredDispute } from '../objects/dispute';
import { type ApiRequest, listRoute, type Route } from './route';

/** What a bank makes of a dispute is a lever; here is what a merchant can do about it. */
export const disputeRoutes: readonly Route[] = [
  listRoute('/v1/disputes', 'dispute', ['charge', 'payment_intent']),
  { method: 'GET', path: '/v1/disputes/:id', handle: ({ context, id }) => context.find('dispute', id) },
  { method: 'POST', path: '/v1/disputes/:id', handle: updateDispute },
  { method: 'POST', path: '/v1/disputes/:id/close', handle: closeDispute },
];

function updateDispute({ context, id, params }: ApiRequest): object {
  params.only(['evidence', 'metadata', 'submit']);
  const dispute = context.find('dispute', id);
  const evidence = readEvidence(params, dispute);
  if (evidence !== undefined && isOver(dispute)) {
    throw invalidRequest(`Dispute ${id} is ${dispute.status}, so it takes no evidence any more.`, {
      param: 'evidence',
    });
  }
  const answered =
    evidence === undefined ? dispute : answeredDispute(dispute, evidence, params.boolean('submit') ?? true);
  const changed = { ...answered, metadata: params.metadata(dispute.metadata) };
  context.update('dispute', dispute, changed);
  return changed;
}

/** Accepts the buyer's claim. */
function closeDispute({ context, id, params }: ApiRequest): object {
  params.only();
  return settleDispute(context, context.find('dispute', id), 'lost');
}

function readEvidence(params: Params, dispute: Stripe.Dispute): Record<string, string | null> | undefined {
  const names = Object.keys(dispute.evidence).filter((name) => name !== 'enhanced_evidence');
  const evidence = params.child('evidence')?.only(names);
  const given = names.filter((name) => evidence?.has(name));
  return evidence && Object.fromEntries(given.map((name) => [name, evidence.string(name, 20_000) ?? null]));
}
