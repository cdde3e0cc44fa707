import type Stripe from 'stripe';
import type { Context } from '../context';
import { formatAmount } from '../currency';
import { invalidRequest, type StripeApiError } from '../errors';
import { newId } from '../ids';
import { couponAt, newDiscount } from '../objects/coupon';
import type { AppliedCoupon } from '../state';
import { monthsAfter } from './periods';

/** Who wants to use a code, and for what. */
export interface Redemption {
  readonly customer: string | null;
  readonly currency: string;
  readonly subtotal: number;
}

/** The coupon that a promotion code stands for; Stripe compares codes without regard to case. */
export function redeemCode(context: Context, code: string, redemption: Redemption): AppliedCoupon {
  const wanted = code.trim().toLowerCase();
  const found = context.store
    .all('promotion_code')
    .filter((row) => row.active && row.code.toLowerCase() === wanted)
    .find(({ customer }) => customer === null || customer === redemption.customer);
  if (found === undefined) {
    throw notRedeemable('This code is invalid.');
  }
  return redeemPromotionCode(context, found, redemption);
}

export function redeemPromotionCode(
  context: Context,
  promotion: Stripe.PromotionCode,
  redemption: Redemption,
): AppliedCoupon {
  const { expires_at: until, max_redemptions: most, restrictions } = promotion;
  const over = !promotion.active || (until !== null && until <= context.now());
  if (over || (most !== null && promotion.times_redeemed >= most)) {
    throw notRedeemable('This code has expired.');
  }
  if (promotion.customer !== null && promotion.customer !== redemption.customer) {
    throw notRedeemable('This code is another customer’s.');
  }
  const { minimum_amount: minimum, minimum_amount_currency: currency } = restrictions;
  if (minimum !== null && (currency !== redemption.currency || redemption.subtotal < minimum)) {
    throw notRedeemable(`This code is for orders of ${formatAmount(minimum, currency ?? 'usd')} or more.`);
  }
  if (restrictions.first_time_transaction && hasPaid(context, redemption.customer)) {
    throw notRedeemable('This code is for a first order only.');
  }
  const applied = redeemCoupon(context, String(promotion.promotion.coupon), redemption);
  return { ...applied, promotionCode: promotion.id };
}

export function redeemCoupon(context: Context, id: string, { currency }: Redemption): AppliedCoupon {
  const coupon = couponAt(context.find('coupon', id, 'discounts'), context.now());
  if (!coupon.valid) {
    throw notRedeemable(`Coupon ${id} has expired.`);
  }
  if (coupon.currency !== null && coupon.currency !== currency) {
    throw notRedeemable(`Coupon ${id} is for orders in ${coupon.currency}, got: ${currency}`);
  }
  return { coupon, promotionCode: null };
}

/** Counts a use, now that it has come to one. */
export function countRedemption(context: Context, { coupon, promotionCode }: AppliedCoupon): void {
  const current = context.store.get('coupon', coupon.id);
  if (current !== undefined) {
    context.store.put('coupon', { ...current, times_redeemed: current.times_redeemed + 1 });
  }
  const promotion = context.store.get('promotion_code', promotionCode ?? '');
  if (promotion !== undefined) {
    const { times_redeemed: times, max_redemptions: most } = promotion;
    const active = promotion.active && (most === null || times + 1 < most);
    context.store.put('promotion_code', { ...promotion, active, times_redeemed: times + 1 });
  }
}

/** What goes on beyond the first invoice of a subscription, or at least with it. */
export function startDiscount(
  context: Context,
  subscription: Stripe.Subscription,
  session: string,
  { coupon, promotionCode }: AppliedCoupon,
): Stripe.Subscription {
  const now = context.now();
  const months = coupon.duration_in_months;
  const discount = newDiscount({
    id: newId('di_'),
    start: now,
    end: months === null ? null : monthsAfter(now, months, now),
    coupon: coupon.id,
    promotionCode,
    customer: String(subscription.customer),
    subscription: subscription.id,
    session,
  });
  context.store.put('discount', discount);
  context.store.put('applied_coupon', { id: discount.id, coupon });
  context.emit('customer.discount.created', discount);
  return { ...subscription, discounts: [discount.id] };
}

export interface RunningDiscount {
  readonly discount: Stripe.Discount;
  readonly coupon: Stripe.Coupon;
}

/** What is taken off a subscription's invoices now. A coupon that was deleted since is still worth what it was. */
export function discountOf(context: Context, subscription: Stripe.Subscription): RunningDiscount | undefined {
  const [id] = subscription.discounts;
  const discount = context.store.get('discount', String(id));
  const coupon = context.store.get('applied_coupon', String(id))?.coupon;
  const over = discount?.end != null && discount.end <= context.now();
  return discount === undefined || coupon === undefined || over ? undefined : { discount, coupon };
}

/** A coupon that is good for once has done its work with the first invoice. */
export function afterFirstInvoice(context: Context, subscription: Stripe.Subscription): Stripe.Subscription {
  return discountOf(context, subscription)?.coupon.duration === 'once'
    ? { ...subscription, discounts: [] }
    : subscription;
}

function hasPaid(context: Context, customer: string | null): boolean {
  return customer !== null && context.store.all('charge').some((charge) => charge.customer === customer && charge.paid);
}

function notRedeemable(message: string): StripeApiError {
  return invalidRequest(message, { code: 'coupon_expired', param: 'discounts' });
}
