import type Stripe from 'stripe';
import { openShop, pull, type Shop, subscribe } from './support';

let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
});

afterEach(() => shop.close());

/** The open invoice of a subscription whose renewal was declined. */
async function unpaidInvoice(): Promise<Stripe.Invoice> {
  const subscription = await subscribe(shop);
  await pull(shop.local, `subscriptions/${subscription.id}/renew?outcome=failed`);
  const [invoice] = (await shop.stripe.invoices.list({ subscription: subscription.id, status: 'open' })).data;
  if (invoice === undefined) {
    throw new Error('there is no open invoice');
  }
  return invoice;
}

test('an invoice that could not be charged is paid on its page, once', async () => {
  // GIVEN
  const { id, hosted_invoice_url: url } = await unpaidInvoice();
  const page = await (await fetch(url ?? '')).text();
  expect(page).toContain('Pay $29.00');
  // WHEN
  const answers = await Promise.all([1, 2].map(() => fetch(url ?? '', { method: 'POST', redirect: 'manual' })));
  await shop.local.idle();
  // THEN
  expect(answers.map(({ status }) => status)).toEqual([303, 303]);
  expect(await shop.stripe.invoices.retrieve(id)).toMatchObject({ status: 'paid', amount_remaining: 0 });
  expect(shop.endpoint.types().filter((type) => type === 'invoice.paid')).toHaveLength(1);
  expect(await (await fetch(url ?? '')).text()).toContain('Invoice paid');
});

test('an invoice that was given up may still be paid, and a void one not', async () => {
  const { stripe } = shop;
  const { id, hosted_invoice_url: url } = await unpaidInvoice();
  await stripe.invoices.markUncollectible(id);
  expect(await (await fetch(url ?? '')).text()).toContain('Pay $29.00');
  await stripe.invoices.voidInvoice(id);
  expect(await (await fetch(url ?? '', { method: 'POST' })).text()).toContain('It is void');
  expect((await stripe.invoices.retrieve(id)).status).toBe('void');
});

test('an invoice that there is none of has no page', async () => {
  expect((await fetch(`${shop.local.url}/i/in_none`)).status).toBe(404);
});
