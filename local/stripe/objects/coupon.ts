import type Stripe from 'stripe';

export const DURATIONS = ['forever', 'once', 'repeating'] as const;

export interface CouponDetails {
  readonly id: string;
  readonly created: number;
  readonly name: string | null;
  readonly percentOff: number | null;
  readonly amountOff: number | null;
  readonly currency: string | null;
  readonly duration: (typeof DURATIONS)[number];
  readonly durationInMonths: number | null;
  readonly maxRedemptions: number | null;
  readonly redeemBy: number | null;
  readonly metadata: Record<string, string>;
}

export function newCoupon(details: CouponDetails): Stripe.Coupon {
  return {
    id: details.id,
    object: 'coupon',
    amount_off: details.amountOff,
    created: details.created,
    currency: details.currency,
    duration: details.duration,
    duration_in_months: details.durationInMonths,
    livemode: false,
    max_redemptions: details.maxRedemptions,
    metadata: details.metadata,
    name: details.name,
    percent_off: details.percentOff,
    redeem_by: details.redeemBy,
    times_redeemed: 0,
    valid: true,
  };
}

/** As it is at a time: coupons run out, by time and by use. */
export function couponAt(coupon: Stripe.Coupon, now: number): Stripe.Coupon {
  const { max_redemptions: most, redeem_by: until, times_redeemed: times } = coupon;
  return { ...coupon, valid: (most === null || times < most) && (until === null || now < until) };
}

export interface PromotionCodeDetails {
  readonly id: string;
  readonly created: number;
  readonly code: string;
  readonly active: boolean;
  readonly coupon: string;
  readonly customer: string | null;
  readonly expiresAt: number | null;
  readonly maxRedemptions: number | null;
  readonly restrictions: Stripe.PromotionCode.Restrictions;
  readonly metadata: Record<string, string>;
}

export function newPromotionCode(details: PromotionCodeDetails): Stripe.PromotionCode {
  return {
    id: details.id,
    object: 'promotion_code',
    active: details.active,
    code: details.code,
    created: details.created,
    customer: details.customer,
    customer_account: null,
    expires_at: details.expiresAt,
    livemode: false,
    max_redemptions: details.maxRedemptions,
    metadata: details.metadata,
    promotion: { coupon: details.coupon, type: 'coupon' },
    restrictions: details.restrictions,
    times_redeemed: 0,
  };
}

export interface DiscountDetails {
  readonly id: string;
  readonly start: number;
  readonly end: number | null;
  readonly coupon: string;
  readonly promotionCode: string | null;
  readonly customer: string;
  readonly subscription: string;
  readonly session: string;
}

/** A coupon in use, on a subscription. */
export function newDiscount(details: DiscountDetails): Stripe.Discount {
  return {
    id: details.id,
    object: 'discount',
    checkout_session: details.session,
    customer: details.customer,
    customer_account: null,
    end: details.end,
    invoice: null,
    invoice_item: null,
    promotion_code: details.promotionCode,
    source: { coupon: details.coupon, type: 'coupon' },
    start: details.start,
    subscription: details.subscription,
    subscription_item: null,
  };
}
