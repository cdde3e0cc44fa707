import type Stripe from 'stripe';
import { type Redemption, redeemCoupon, redeemPromotionCode } from '../billing/discounts';
import type { Context } from '../context';
import { invalidRequest, parameterMissing, parameterNotServed } from '../errors';
import type { Params } from '../form';
import type { AppliedCoupon, TrialOffer } from '../state';
import { readMissing, requireTrial } from './subscription-changes';

const HALF_AN_HOUR = 1_800;
const DAY = 86_400;
/** Checkout takes no end of a trial that is sooner. */
const SHORTEST_TRIAL = 2 * DAY;
const MOST_TRIAL_DAYS = 730;

export type Mode = 'payment' | 'subscription';

export function readMode(params: Params): Mode {
  params.oneOf('ui_mode', ['hosted_page', 'embedded_page', 'elements', 'form']);
  if ((params.string('ui_mode') ?? 'hosted_page') !== 'hosted_page') {
    throw parameterNotServed('ui_mode (but hosted_page)');
  }
  const mode = params.oneOf('mode', ['payment', 'subscription', 'setup']);
  if (mode === undefined) {
    throw parameterMissing('mode');
  }
  if (mode === 'setup') {
    throw parameterNotServed('mode (but payment and subscription)');
  }
  return mode;
}

export interface Buyer {
  readonly customer: Stripe.Customer | null;
  readonly customerEmail: string | null;
  readonly customerCreation: 'always' | 'if_required' | null;
}

export function readBuyer(context: Context, params: Params, mode: string): Buyer {
  const id = params.string('customer');
  const customerEmail = params.string('customer_email', 512) ?? null;
  const creation = params.oneOf('customer_creation', ['always', 'if_required']);
  if (id !== undefined && customerEmail !== null) {
    throw invalidRequest('A session takes customer or customer_email, not both.', { param: 'customer_email' });
  }
  if (creation !== undefined && (mode !== 'payment' || id !== undefined)) {
    throw invalidRequest('customer_creation goes with payment mode and without customer.', {
      param: 'customer_creation',
    });
  }
  return {
    customer: id === undefined ? null : context.find('customer', id, 'customer'),
    customerEmail,
    customerCreation: id === undefined ? (creation ?? (mode === 'payment' ? 'if_required' : 'always')) : null,
  };
}

/**
 * Whether tax is added, and whether the buyer's tax id is asked for. A known customer keeps address and name unless the
 * session may change them, so Stripe wants to be told that it may.
 */
export function readTax(customer: Stripe.Customer | null, params: Params) {
  const update = params.child('customer_update')?.only(['address', 'name', 'shipping']);
  const may = (name: string) => customer === null || update?.oneOf(name, ['auto', 'never']) === 'auto';
  if (update !== undefined && customer === null) {
    throw invalidRequest('customer_update goes with customer.', { param: 'customer_update' });
  }
  const taxed = params.child('automatic_tax')?.only(['enabled', 'liability']).boolean('enabled') ?? false;
  if (taxed && !may('address') && !customer?.address) {
    throw invalidRequest('Tax needs the address of the customer: set it, or customer_update[address] to auto.', {
      code: 'customer_tax_location_invalid',
      param: 'automatic_tax',
    });
  }
  const collection = params.child('tax_id_collection')?.only(['enabled', 'required']);
  const taxIds = collection?.boolean('enabled') ?? false;
  if (taxIds && !may('name')) {
    throw invalidRequest('tax_id_collection with customer needs customer_update[name] to be auto.', {
      param: 'tax_id_collection',
    });
  }
  const required = collection?.oneOf('required', ['if_supported', 'never']) ?? 'never';
  return { taxed, taxIdCollection: collection === undefined ? undefined : { enabled: taxIds, required } };
}

export function readCollection(params: Params, mode: string): 'always' | 'if_required' {
  const collection = params.oneOf('payment_method_collection', ['always', 'if_required']);
  if (collection !== undefined && mode !== 'subscription') {
    throw invalidRequest('payment_method_collection goes with subscription mode.', {
      param: 'payment_method_collection',
    });
  }
  return collection ?? (mode === 'subscription' ? 'always' : 'if_required');
}

/** `payment_intent_data` or `subscription_data`, whichever the mode has. */
export function readData(params: Params, mode: Mode, now: number) {
  const [own, other] =
    mode === 'payment' ? ['payment_intent_data', 'subscription_data'] : ['subscription_data', 'payment_intent_data'];
  if (params.has(other)) {
    throw invalidRequest(`${other} does not go with ${mode} mode.`, { param: other });
  }
  const others =
    mode === 'payment'
      ? ['receipt_email', 'setup_future_usage', 'statement_descriptor_suffix']
      : ['trial_end', 'trial_period_days', 'trial_settings'];
  const data = params.child(own)?.only(['description', 'metadata'], others);
  const trial = mode === 'subscription' && data ? readTrial(data, now) : undefined;
  return {
    description: data?.string('description') ?? null,
    metadata: data?.metadata() ?? {},
    ...(trial && { trial }),
  };
}

function readTrial(data: Params, now: number): TrialOffer | undefined {
  const end = data.integer('trial_end');
  const days = data.integer('trial_period_days', 1);
  const missingPaymentMethod = readMissing(data) ?? 'create_invoice';
  if (end !== undefined && days !== undefined) {
    throw invalidRequest('A trial has trial_end or trial_period_days, not both.', { param: data.nameOf('trial_end') });
  }
  if (days !== undefined && days > MOST_TRIAL_DAYS) {
    throw invalidRequest(`A trial has at most ${MOST_TRIAL_DAYS} days.`, { param: data.nameOf('trial_period_days') });
  }
  if (end !== undefined && requireTrial(end, now) < now + SHORTEST_TRIAL) {
    throw invalidRequest('trial_end must be 48 hours from now or later.', { param: data.nameOf('trial_end') });
  }
  if (end === undefined && days === undefined) {
    if (data.has('trial_settings')) {
      throw invalidRequest('trial_settings goes with a trial.', { param: data.nameOf('trial_settings') });
    }
    return undefined;
  }
  return { missingPaymentMethod, ...(end === undefined ? { days } : { end }) };
}

export function readExpiry(params: Params, now: number): number {
  const expiresAt = params.integer('expires_at') ?? now + DAY;
  if (expiresAt < now + HALF_AN_HOUR || expiresAt > now + DAY) {
    throw invalidRequest('expires_at must be between 30 minutes and 24 hours from now.', { param: 'expires_at' });
  }
  return expiresAt;
}

/** Of the seller's choice; the buyer's is a code on the page. */
export function readDiscount(context: Context, params: Params, redemption: Redemption): AppliedCoupon | undefined {
  const [discount, ...others] = params.children('discounts');
  if (others.length > 0 || (discount !== undefined && params.boolean('allow_promotion_codes') !== undefined)) {
    throw invalidRequest('A session takes one discount, or allow_promotion_codes instead.', { param: 'discounts' });
  }
  discount?.only(['coupon', 'promotion_code']);
  const coupon = discount?.string('coupon');
  const code = discount?.string('promotion_code');
  if (code !== undefined) {
    const promotion = context.find('promotion_code', code, discount?.nameOf('promotion_code'));
    return redeemPromotionCode(context, promotion, redemption);
  }
  return coupon === undefined ? undefined : redeemCoupon(context, coupon, redemption);
}
