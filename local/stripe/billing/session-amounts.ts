import type Stripe from 'stripe';
import type { Context } from '../context';
import { requireChargeable } from '../currency';
import { amountOf } from '../objects/price';
import type { AppliedCoupon, CheckoutOrder } from '../state';
import { priceLines } from './amounts';
import { type Redemption, redeemCode } from './discounts';

type Order = Pick<CheckoutOrder, 'discount' | 'lineItems' | 'taxed' | 'trial'>;

/** The lines with what they come to: a trial is for nothing, and then there are the discount and the tax. */
export function pricedItems({ lineItems, discount, taxed, trial }: Order): Stripe.LineItem[] {
  const amounts = lineItems.map(({ price, quantity }) => ({
    amount: price === null || (trial && price.recurring) ? 0 : amountOf(price, quantity ?? 1),
    discountable: true,
    taxBehavior: price?.tax_behavior,
  }));
  const prices = priceLines(amounts, { coupon: discount?.coupon, taxed });
  return lineItems.map((line, index) => ({
    ...line,
    amount_discount: prices[index]?.discount ?? 0,
    amount_subtotal: amounts[index]?.amount ?? 0,
    amount_tax: prices[index]?.tax ?? 0,
    amount_total: prices[index]?.total ?? 0,
  }));
}

/** The session with the amounts of its lines. */
export function withAmounts(session: Stripe.Checkout.Session, order: Order): Stripe.Checkout.Session {
  const sum = (amount: (line: Stripe.LineItem) => number) =>
    order.lineItems.reduce((all, line) => all + amount(line), 0);
  const { discount } = order;
  return {
    ...session,
    amount_subtotal: sum((line) => line.amount_subtotal),
    amount_total: sum((line) => line.amount_total),
    discounts: discount ? [{ coupon: discount.coupon.id, promotion_code: discount.promotionCode }] : [],
    total_details: {
      amount_discount: sum((line) => line.amount_discount),
      amount_shipping: 0,
      amount_tax: sum((line) => line.amount_tax),
    },
  };
}

/** What the buyer has typed in as a code, taken off the amounts of an open session. */
export function applyCode(context: Context, session: Stripe.Checkout.Session, code: string): void {
  const order = context.find('checkout_order', session.id);
  applyDiscount(context, session, order, redeemCode(context, code, redemptionOf(session)));
}

export function removeCode(context: Context, session: Stripe.Checkout.Session): void {
  applyDiscount(context, session, context.find('checkout_order', session.id), undefined);
}

export function redemptionOf(session: Stripe.Checkout.Session): Redemption {
  return {
    customer: session.customer === null ? null : String(session.customer),
    currency: session.currency ?? 'usd',
    subtotal: session.amount_subtotal ?? 0,
  };
}

function applyDiscount(
  context: Context,
  session: Stripe.Checkout.Session,
  order: CheckoutOrder,
  discount: AppliedCoupon | undefined,
): void {
  const { discount: _before, ...others } = order;
  const changed: CheckoutOrder = { ...others, ...(discount && { discount }) };
  const priced = { ...changed, lineItems: pricedItems(changed) };
  const updated = withAmounts(session, priced);
  requireChargeable(updated.amount_total ?? 0, updated.currency ?? 'usd', 'discounts');
  context.store.put('checkout_order', priced);
  context.store.put('checkout.session', updated);
}
