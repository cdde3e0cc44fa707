import type Stripe from 'stripe';
import { click, errorOf, openShop, PACK, PRO, pull, type Shop, URLS } from './support';

const START = Date.parse('2027-01-31T12:00:00Z') / 1_000;
const DAY = 86_400;

let shop: Shop;

beforeEach(async () => {
  shop = await openShop({ clock: () => START * 1_000 });
});

afterEach(() => shop.close());

async function codeFor(coupon: Stripe.CouponCreateParams, params: Partial<Stripe.PromotionCodeCreateParams> = {}) {
  const { id } = await shop.stripe.coupons.create(coupon);
  return shop.stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: id }, code: 'SPRING', ...params });
}

async function openSession(params: Stripe.Checkout.SessionCreateParams = {}): Promise<Stripe.Checkout.Session> {
  return shop.stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS, ...params });
}

async function apply(session: Stripe.Checkout.Session, code: string): Promise<{ status: number; page: string }> {
  const body = new URLSearchParams({ action: 'apply', code });
  const response = await fetch(session.url ?? '', { method: 'POST', body });
  return { status: response.status, page: await response.text() };
}

describe('coupons and their codes', () => {
  test('are made, found, changed and taken back', async () => {
    const { stripe, local, endpoint } = shop;
    const coupon = await stripe.coupons.create({
      id: 'spring',
      name: 'Spring',
      percent_off: 12.5,
      duration: 'repeating',
      duration_in_months: 3,
      metadata: { campaign: 's' },
    });
    expect(coupon).toMatchObject({ id: 'spring', percent_off: 12.5, duration_in_months: 3, valid: true });
    const code = await stripe.promotionCodes.create({
      promotion: { type: 'coupon', coupon: 'spring' },
      code: 'Spring',
    });
    expect(code).toMatchObject({ active: true, code: 'Spring', promotion: { coupon: 'spring' }, times_redeemed: 0 });
    const found = await stripe.promotionCodes.list({ code: 'SPRING', active: true, expand: ['data.promotion.coupon'] });
    expect(found.data).toMatchObject([{ id: code.id, promotion: { coupon: { name: 'Spring' } } }]);
    expect((await stripe.coupons.update('spring', { name: 'Summer' })).name).toBe('Summer');
    expect((await stripe.coupons.list()).data).toHaveLength(1);
    expect(await stripe.coupons.del('spring')).toMatchObject({ deleted: true });
    expect((await stripe.promotionCodes.retrieve(code.id)).active).toBe(false);
    await local.idle();
    expect(endpoint.types().sort()).toEqual([
      'coupon.created',
      'coupon.deleted',
      'coupon.updated',
      'promotion_code.created',
      'promotion_code.updated',
    ]);
  });

  test.each<[string, Stripe.CouponCreateParams, string]>([
    ['nothing off', {}, 'percent_off'],
    ['two things off', { percent_off: 10, amount_off: 100, currency: 'usd' }, 'percent_off'],
    ['more than all off', { percent_off: 101 }, 'percent_off'],
    ['an amount of no currency', { amount_off: 100 }, 'currency'],
    ['months that are not counted', { percent_off: 10, duration: 'repeating' }, 'duration_in_months'],
  ])('are refused with %s', async (_name, params, param) => {
    expect((await errorOf(shop.stripe.coupons.create(params))).param).toBe(param);
  });

  test('have each code once', async () => {
    const { id } = await codeFor({ percent_off: 10 });
    expect((await errorOf(codeFor({ percent_off: 20 }, { code: 'spring' }))).param).toBe('code');
    await shop.stripe.promotionCodes.update(id, { active: false });
    await codeFor({ percent_off: 20 });
    expect((await errorOf(shop.stripe.promotionCodes.update(id, { active: true }))).param).toBe('code');
  });
});

describe('a code on the page', () => {
  test('is taken off, and can be taken back', async () => {
    const { stripe } = shop;
    const code = await codeFor({ percent_off: 25, name: 'Spring' });
    const session = await openSession({ allow_promotion_codes: true });
    const applied = await apply(session, ' spring ');
    expect(applied.page).toContain('<span>Spring</span> <span class="figure">−$2.50</span>');
    expect(applied.page).toContain('Pay $7.50</button>');
    const discounted = await stripe.checkout.sessions.retrieve(session.id, { expand: ['line_items'] });
    expect(discounted).toMatchObject({
      amount_subtotal: 1000,
      amount_total: 750,
      total_details: { amount_discount: 250 },
      discounts: [{ promotion_code: code.id }],
      line_items: { data: [{ amount_subtotal: 1000, amount_discount: 250, amount_total: 750 }] },
    });
    await fetch(session.url ?? '', { method: 'POST', body: new URLSearchParams({ action: 'remove' }) });
    expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ amount_total: 1000, discounts: [] });
    await apply(session, 'SPRING');
    await click(session, 'pay');
    const paid = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
    expect(paid).toMatchObject({ payment_status: 'paid', payment_intent: { amount_received: 750 } });
    expect((await stripe.promotionCodes.retrieve(code.id)).times_redeemed).toBe(1);
  });

  test.each<[string, Stripe.CouponCreateParams, Partial<Stripe.PromotionCodeCreateParams>, RegExp]>([
    ['is another', { percent_off: 10 }, { code: 'WINTER' }, /invalid/],
    ['is over', { percent_off: 10 }, { expires_at: START }, /expired/],
    ['is of a coupon that is over', { percent_off: 10, redeem_by: START }, {}, /expired/],
    ['is in another currency', { amount_off: 100, currency: 'eur' }, {}, /eur/],
    [
      'is for larger orders',
      { percent_off: 10 },
      { restrictions: { minimum_amount: 5000, minimum_amount_currency: 'usd' } },
      /\$50\.00 or more/,
    ],
    ['leaves too little to be paid', { amount_off: 980, currency: 'usd' }, {}, /at least \$0\.50/],
  ])('that %s is asked for again', async (_name, coupon, params, message) => {
    await codeFor(coupon, params);
    const session = await openSession({ allow_promotion_codes: true });
    const { status, page } = await apply(session, 'SPRING');
    expect(status).toBe(422);
    expect(page).toMatch(message);
    expect(page).toContain('aria-describedby="code-hint"');
    expect((await shop.stripe.checkout.sessions.retrieve(session.id)).amount_total).toBe(1000);
  });

  test('is good for as many as it says', async () => {
    await codeFor({ percent_off: 10 }, { max_redemptions: 1 });
    const first = await openSession({ allow_promotion_codes: true });
    await apply(first, 'SPRING');
    await click(first, 'pay');
    const second = await openSession({ allow_promotion_codes: true });
    expect((await apply(second, 'SPRING')).status).toBe(422);
  });

  test('is asked for only where it may be', async () => {
    await codeFor({ percent_off: 10 });
    const session = await openSession();
    expect(await (await fetch(session.url ?? '')).text()).not.toContain('Promotion code');
    await apply(session, 'SPRING');
    expect((await shop.stripe.checkout.sessions.retrieve(session.id)).amount_total).toBe(1000);
  });

  test('that takes all off asks for no card', async () => {
    await codeFor({ percent_off: 100 });
    const session = await openSession({ allow_promotion_codes: true });
    expect((await apply(session, 'SPRING')).page).toContain('>Start</button>');
    await click(session, 'pay');
    expect(await shop.stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
      payment_status: 'no_payment_required',
      payment_intent: null,
    });
  });
});

describe('a discount of a subscription', () => {
  async function renewals(coupon: Stripe.CouponCreateParams): Promise<number[]> {
    const { stripe, local } = shop;
    const { id } = await stripe.coupons.create(coupon);
    const session = await openSession({ mode: 'subscription', line_items: [PRO], discounts: [{ coupon: id }] });
    await click(session, 'pay');
    // What is deleted now is still worth what it was.
    await stripe.coupons.del(id);
    await pull(local, `clock?advance=${62 * DAY}`);
    await local.idle();
    const invoices = await stripe.invoices.list();
    return invoices.data.map(({ amount_paid: paid }) => paid).reverse();
  }

  test.each<[string, Stripe.CouponCreateParams, number[]]>([
    ['once', { percent_off: 50, duration: 'once' }, [1450, 2900, 2900]],
    ['for good', { amount_off: 900, currency: 'usd', duration: 'forever' }, [2000, 2000, 2000]],
    ['for some months', { percent_off: 50, duration: 'repeating', duration_in_months: 2 }, [1450, 1450, 2900]],
  ])('is taken off its invoices %s', async (_name, coupon, amounts) => {
    expect(await renewals(coupon)).toEqual(amounts);
  });

  test('is on its invoice, and told of', async () => {
    const { stripe, local, endpoint } = shop;
    const code = await codeFor({ percent_off: 10, duration: 'forever' });
    const discounts = [{ promotion_code: code.id }];
    const session = await openSession({ mode: 'subscription', line_items: [PRO, PACK], discounts });
    expect(session).toMatchObject({ amount_total: 3510, total_details: { amount_discount: 390 } });
    await click(session, 'pay');
    await local.idle();
    const discount = endpoint.only('customer.discount.created').data.object;
    expect(discount).toMatchObject({ checkout_session: session.id, promotion_code: code.id });
    const { invoice, subscription } = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ['invoice', 'subscription.discounts.source.coupon'],
    });
    expect(invoice).toMatchObject({
      subtotal: 3900,
      total: 3510,
      amount_paid: 3510,
      discounts: [discount.id],
      total_discount_amounts: [{ amount: 390, discount: discount.id }],
      lines: { data: [{ amount: 2900, discount_amounts: [{ amount: 290 }] }, { amount: 1000 }] },
    });
    expect(subscription).toMatchObject({ discounts: [{ id: discount.id, source: { coupon: { percent_off: 10 } } }] });
  });

  test('goes with no code of the buyer’s', async () => {
    const { id } = await shop.stripe.coupons.create({ percent_off: 10 });
    const params = { discounts: [{ coupon: id }], allow_promotion_codes: true };
    expect((await errorOf(openSession(params))).param).toBe('discounts');
  });
});
