import type Stripe from 'stripe';
import { requireCurrency } from '../currency';
import { invalidRequest, parameterMissing } from '../errors';
import type { Params } from '../form';
import { newId } from '../ids';
import { couponAt, DURATIONS, newCoupon, newPromotionCode } from '../objects/coupon';
import { type ApiRequest, listPage, matching, type Route } from './route';

export const couponRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/coupons', handle: createCoupon },
  { method: 'GET', path: '/v1/coupons', handle: listCoupons },
  {
    method: 'GET',
    path: '/v1/coupons/:id',
    handle: ({ context, id }) => couponAt(context.find('coupon', id), context.now()),
  },
  { method: 'POST', path: '/v1/coupons/:id', handle: updateCoupon },
  { method: 'DELETE', path: '/v1/coupons/:id', handle: deleteCoupon },
  { method: 'POST', path: '/v1/promotion_codes', handle: createPromotionCode },
  { method: 'GET', path: '/v1/promotion_codes', handle: listPromotionCodes },
  { method: 'GET', path: '/v1/promotion_codes/:id', handle: ({ context, id }) => context.find('promotion_code', id) },
  { method: 'POST', path: '/v1/promotion_codes/:id', handle: updatePromotionCode },
];

function createCoupon({ context, params }: ApiRequest): object {
  params.only(
    ['id', 'name', 'percent_off', 'amount_off', 'currency', 'duration', 'duration_in_months'],
    ['max_redemptions', 'redeem_by', 'metadata'],
  );
  const id = params.string('id') ?? newId('', 8);
  if (context.store.get('coupon', id) !== undefined) {
    throw invalidRequest(`Coupon already exists: ${id}`, { param: 'id', code: 'resource_already_exists' });
  }
  const duration = params.oneOf('duration', DURATIONS) ?? 'once';
  const months = params.integer('duration_in_months', 1) ?? null;
  if ((duration === 'repeating') !== (months !== null)) {
    throw invalidRequest('duration_in_months goes with a duration of repeating.', { param: 'duration_in_months' });
  }
  const coupon = newCoupon({
    ...readValue(params),
    id,
    created: context.now(),
    name: params.string('name', 40) ?? null,
    duration,
    durationInMonths: months,
    maxRedemptions: params.integer('max_redemptions', 1) ?? null,
    redeemBy: params.integer('redeem_by') ?? null,
    metadata: params.metadata(),
  });
  context.store.put('coupon', coupon);
  context.emit('coupon.created', coupon);
  return coupon;
}

function readValue(params: Params) {
  const amountOff = params.integer('amount_off', 1) ?? null;
  const percentOff = readPercent(params);
  if ((amountOff === null) === (percentOff === null)) {
    throw invalidRequest('A coupon takes percent_off or amount_off, and not both.', { param: 'percent_off' });
  }
  const currency = params.string('currency');
  if (amountOff !== null && currency === undefined) {
    throw parameterMissing('currency');
  }
  return {
    amountOff,
    percentOff,
    currency: amountOff === null ? null : requireCurrency(currency ?? '', 'currency'),
  };
}

function readPercent(params: Params): number | null {
  const text = params.string('percent_off');
  const percent = Number(text);
  if (text !== undefined && !(percent > 0 && percent <= 100)) {
    throw invalidRequest(`percent_off must be above 0 and at most 100, got: ${text}`, { param: 'percent_off' });
  }
  return text === undefined ? null : percent;
}

function listCoupons(request: ApiRequest): object {
  const { store } = request.context;
  const now = request.context.now();
  return listPage(
    request,
    store.all('coupon').map((coupon) => couponAt(coupon, now)),
  );
}

/** What a coupon is worth never changes. */
function updateCoupon({ context, id, params }: ApiRequest): object {
  params.only(['name', 'metadata']);
  const coupon = context.find('coupon', id);
  const name = params.has('name') ? (params.string('name', 40) ?? null) : coupon.name;
  const changed = { ...coupon, name, metadata: params.metadata(coupon.metadata ?? {}) };
  context.update('coupon', coupon, changed);
  return couponAt(changed, context.now());
}

/** Nobody can use it any more; where it is in use already it stays. */
function deleteCoupon({ context, id, params }: ApiRequest): object {
  params.only();
  const coupon = context.find('coupon', id);
  const deleted: Stripe.DeletedCoupon = { id, object: 'coupon', deleted: true };
  context.store.remove('coupon', id);
  for (const promotion of context.store.all('promotion_code')) {
    if (promotion.promotion.coupon === id) {
      context.update('promotion_code', promotion, { ...promotion, active: false });
    }
  }
  context.emit('coupon.deleted', coupon);
  return deleted;
}

function createPromotionCode({ context, params }: ApiRequest): object {
  params.only(['promotion', 'code', 'active', 'customer', 'expires_at', 'max_redemptions', 'metadata', 'restrictions']);
  const promotion = params.child('promotion')?.only(['type', 'coupon']);
  promotion?.oneOf('type', ['coupon']);
  const coupon = promotion?.string('coupon');
  if (coupon === undefined) {
    throw parameterMissing('promotion[coupon]');
  }
  const code = params.string('code', 500) ?? newId('', 8).toUpperCase();
  const customer = params.string('customer');
  const created = newPromotionCode({
    id: newId('promo_'),
    created: context.now(),
    code,
    active: params.boolean('active') ?? true,
    coupon: context.find('coupon', coupon, 'promotion[coupon]').id,
    customer: customer === undefined ? null : context.find('customer', customer, 'customer').id,
    expiresAt: params.integer('expires_at') ?? null,
    maxRedemptions: params.integer('max_redemptions', 1) ?? null,
    restrictions: readRestrictions(params),
    metadata: params.metadata(),
  });
  requireFree(created, context.store.all('promotion_code'));
  context.store.put('promotion_code', created);
  context.emit('promotion_code.created', created);
  return created;
}

function readRestrictions(params: Params): Stripe.PromotionCode.Restrictions {
  const given = params
    .child('restrictions')
    ?.only(['first_time_transaction', 'minimum_amount', 'minimum_amount_currency']);
  const minimum = given?.integer('minimum_amount', 1) ?? null;
  const currency = given?.string('minimum_amount_currency');
  return {
    first_time_transaction: given?.boolean('first_time_transaction') ?? false,
    minimum_amount: minimum,
    minimum_amount_currency:
      minimum === null ? null : requireCurrency(currency ?? '', 'restrictions[minimum_amount_currency]'),
  };
}

function listPromotionCodes(request: ApiRequest): object {
  const { context, params } = request;
  const coupon = params.string('coupon');
  const filters = ['active', 'customer'] as const;
  const code = params.string('code')?.toLowerCase();
  const rows = matching(params, context.store.all('promotion_code'), filters).filter(
    (row) =>
      (coupon === undefined || row.promotion.coupon === coupon) &&
      (code === undefined || row.code.toLowerCase() === code),
  );
  return listPage(request, rows, [...filters, 'code', 'coupon']);
}

function updatePromotionCode({ context, id, params }: ApiRequest): object {
  params.only(['active', 'metadata']);
  const promotion = context.find('promotion_code', id);
  const active = params.boolean('active') ?? promotion.active;
  const changed = { ...promotion, active, metadata: params.metadata(promotion.metadata ?? {}) };
  requireFree(changed, context.store.all('promotion_code'));
  context.update('promotion_code', promotion, changed);
  return changed;
}

/** A buyer who types in a code means one. */
function requireFree(code: Stripe.PromotionCode, others: readonly Stripe.PromotionCode[]): void {
  const twin = others.find(
    (other) =>
      other.id !== code.id &&
      other.active &&
      other.code.toLowerCase() === code.code.toLowerCase() &&
      (other.customer === null || code.customer === null || other.customer === code.customer),
  );
  if (code.active && twin !== undefined) {
    throw invalidRequest(`An active promotion code with code ${code.code} already exists: ${twin.id}`, {
      param: 'code',
    });
  }
}
