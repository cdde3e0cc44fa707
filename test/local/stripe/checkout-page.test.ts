import fc from 'fast-check';
import type Stripe from 'stripe';
import { formatAmount } from '../../../local/stripe/currency';
import { html } from '../../../local/stripe/html';
import { click, openShop, PACK, PRO, type Shop, URLS } from './support';

let shop: Shop;

beforeAll(async () => {
  shop = await openShop();
});

afterAll(() => shop.close());

async function pageOf(params: Partial<Stripe.Checkout.SessionCreateParams>): Promise<string> {
  const session = await shop.stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: [PACK],
    ...URLS,
    ...params,
  });
  return (await fetch(session.url ?? '')).text();
}

function priced(currency: string, amount: number, name = 'Pack'): Partial<Stripe.Checkout.SessionCreateParams> {
  const data = { currency, unit_amount: amount, product_data: { name } };
  return { line_items: [{ price_data: data, quantity: 1 }] };
}

test('says what is bought, for how much, and that no money moves', async () => {
  const page = await pageOf({ mode: 'subscription', line_items: [{ ...PRO, quantity: 2 }] });
  expect(page).toContain('lang="en"');
  expect(page).toContain('no real money');
  expect(page).toContain('<strong>Pro</strong>');
  expect(page).toContain('100,000 calls a month');
  expect(page).toContain('2 × $29.00 per month');
  expect(page).toContain('Pay $58.00</button>');
  expect(page).toContain('href="https://shop.example/plans"');
});

test('tells what comes again from what is paid once', async () => {
  expect(await pageOf({ mode: 'subscription', line_items: [PRO] })).toContain('<small>per month</small>');
  const both = await pageOf({ mode: 'subscription', line_items: [PRO, PACK] });
  expect(both).toContain('$39.00 <small>then $29.00 per month</small>');
});

test('runs no script and can be in no frame', async () => {
  const session = await shop.stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS });
  const { headers } = await fetch(session.url ?? '');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('set-cookie')).toBeNull();
  const head = await fetch(session.url ?? '', { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

test.each([
  ['jpy', 2900, '¥2,900'],
  ['krw', 15000, '₩15,000'],
  ['usd', 2900, '$29.00'],
  ['eur', 123456, '€1,234.56'],
  ['kwd', 5120, 'KWD 5.120'],
  ['isk', 1500, 'ISK 15'],
  ['mga', 4000, 'MGA 4,000'],
])('shows an amount in %s', async (currency, amount, shown) => {
  const page = await pageOf(priced(currency, amount));
  expect(page.replaceAll('\u00a0', ' ')).toContain(`Pay ${shown}</button>`);
});

test('escapes what others have written', async () => {
  const evil = '<script>alert("1")</script> & \'co\'';
  const page = await pageOf({
    ...priced('usd', 1000, evil),
    customer_email: '"><img>@example.com',
    cancel_url: 'https://shop.example/?a="><script>',
  });
  expect(page).not.toContain('<script');
  expect(page).not.toContain('<img');
  expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;co&#39;');
});

test('templates let no markup in, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", 'a', ';', '/') }), (text) => {
      const escaped = html`${text}`.text;
      expect(escaped).not.toMatch(/[<>"']/);
      const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };
      expect(escaped.replaceAll(/&(lt|gt|quot|#39|amp);/g, (_all, name: string) => entities[name] ?? '')).toBe(text);
    }),
  );
});

test('asks again for an address that is none', async () => {
  const session = await shop.stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS });
  const response = await click(session, 'pay', 'nobody');
  const page = await response.text();
  expect(response.status).toBe(422);
  expect(page).toContain('value="nobody"');
  expect(page).toContain('aria-invalid="true"');
  expect((await shop.stripe.checkout.sessions.retrieve(session.id)).status).toBe('open');
});

test('keeps the address of a customer who has one', async () => {
  const customer = await shop.stripe.customers.create({ email: 'ada@example.com' });
  const session = await shop.stripe.checkout.sessions.create({
    mode: 'payment',
    customer: customer.id,
    line_items: [PACK],
    ...URLS,
  });
  const page = await (await fetch(session.url ?? '')).text();
  expect(page).toContain('value="ada@example.com" readonly');
  await click(session, 'pay', 'eve@example.com');
  const paid = await shop.stripe.checkout.sessions.retrieve(session.id);
  expect(paid.customer_details?.email).toBe('ada@example.com');
});

test.each(['steal', undefined])('does nothing for the action %s', async (action) => {
  const session = await shop.stripe.checkout.sessions.create({ mode: 'payment', line_items: [PACK], ...URLS });
  const body = new URLSearchParams(action === undefined ? {} : { action });
  const response = await fetch(session.url ?? '', { method: 'POST', body, redirect: 'manual' });
  expect(response.status).toBe(400);
  expect((await shop.stripe.checkout.sessions.retrieve(session.id)).status).toBe('open');
});

test('an unknown session has a page of its own', async () => {
  const response = await fetch(`${shop.local.url}/c/pay/cs_test_none`);
  expect(response.status).toBe(404);
  expect(await response.text()).toContain('No such checkout');
});

test('amounts of any size are shown to the last digit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 99_999_999 }), fc.constantFrom('usd', 'jpy', 'bhd'), (amount, currency) => {
      expect(Number(formatAmount(amount, currency).replaceAll(/\D/g, ''))).toBe(amount);
    }),
  );
});
