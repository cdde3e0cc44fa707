import type Stripe from 'stripe';
import type { SoldPack } from '../adapters/stripe-charges';
import { ownMetadata, type PaymentDependencies } from './dependencies';

/** Takes back the units of a pack whose money has gone back, refund by refund, and returns those of refunds that have failed. */
export async function settleRefunds(chargeId: string, dependencies: PaymentDependencies): Promise<boolean> {
  const sold = await ownPack(chargeId, dependencies);
  if (sold === undefined) {
    return false;
  }
  const refunds = [...(await dependencies.charges.refunds(chargeId))].sort(byTime);
  let amount = 0;
  for (const refund of refunds) {
    const before = unitsFor(sold, amount);
    amount += refund.amount;
    // Of all refunds before it, whatever became of them: so a refund's units never change.
    const units = unitsFor(sold, amount) - before;
    await takeBack(sold, { id: `refund#${refund.id}`, units, money: refund, isUndone: isUndone(refund) }, dependencies);
  }
  return true;
}

/** Takes back the units of a pack whose money a bank has withdrawn, and returns them when the dispute is won. */
export async function settleDispute(disputeId: string, dependencies: PaymentDependencies): Promise<boolean> {
  const dispute = await dependencies.charges.dispute(disputeId);
  const chargeId = typeof dispute.charge === 'string' ? dispute.charge : dispute.charge.id;
  const sold = await ownPack(chargeId, dependencies);
  if (sold === undefined || isInquiry(dispute)) {
    return false;
  }
  const units = unitsFor(sold, dispute.amount);
  await takeBack(
    sold,
    { id: `dispute#${dispute.id}`, units, money: dispute, isUndone: dispute.status === 'won' },
    dependencies,
  );
  return true;
}

interface OwnPack extends SoldPack {
  readonly customer: string;
  readonly units: number;
}

/** The pack that a charge has paid; nothing where it paid something else, or the operator wants none taken back. */
async function ownPack(chargeId: string, dependencies: PaymentDependencies): Promise<OwnPack | undefined> {
  if (!dependencies.catalogue.clawback) {
    return undefined;
  }
  const sold = await dependencies.charges.pack(chargeId);
  const metadata = ownMetadata(sold?.metadata, dependencies);
  const units = Number(metadata?.units);
  return sold === undefined || metadata === undefined || !(units > 0)
    ? undefined
    : { ...sold, customer: metadata.customer, units };
}

interface Returned {
  readonly id: string;
  readonly units: number;
  readonly money: { readonly amount: number; readonly currency: string };
  readonly isUndone: boolean;
}

async function takeBack(
  { customer }: OwnPack,
  { id, units, money, isUndone }: Returned,
  { store, meter }: PaymentDependencies,
): Promise<void> {
  if (units === 0) {
    return;
  }
  const outcome = await store.post(customer, { kind: 'clawback', id, units });
  // What has come to nothing before it was heard of is no money that went back.
  if (outcome === 'applied' && !isUndone) {
    meter.refund(money.amount, money.currency);
  }
  if (isUndone) {
    await store.post(customer, { kind: 'restored', id: `${id}#restored`, units });
  }
}

/** The part of a pack's units that an amount of its price stands for. */
function unitsFor({ units, amount }: OwnPack, part: number): number {
  return Math.floor((units * Math.min(part, amount)) / amount);
}

function isUndone({ status }: Stripe.Refund): boolean {
  return status === 'failed' || status === 'canceled';
}

/** A bank that asks has withdrawn nothing yet. https://docs.stripe.com/disputes/how-disputes-work#inquiries */
function isInquiry({ status }: Stripe.Dispute): boolean {
  return status.startsWith('warning') || status === 'prevented';
}

function byTime(left: Stripe.Refund, right: Stripe.Refund): number {
  return left.created - right.created || (left.id < right.id ? -1 : 1);
}
